"""Whole templates, a module for each; the only place that names logical ids and exports.

Each template is made by a plain function from model values to a troposphere Template. What differs
between the editions, beyond what an application says, is an argument.
"""
