"""Whole templates, a module for each; the only place that names logical ids and exports.

Each template is built by a plain function from model values to a troposphere Template.
"""
