"""The templates with which an application is delivered, a module for each."""
