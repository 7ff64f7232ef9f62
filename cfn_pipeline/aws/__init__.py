"""Facts of AWS, each written once, for what builds templates and for what reads them.

Data with the page that says so, and the standard library alone. ``tests/aws`` holds them against
AWS's own models, and finds those that are written again elsewhere.
"""
