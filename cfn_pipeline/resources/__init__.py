"""Single resources, a module for each AWS service.

Each function takes a logical id and what differs, and returns one troposphere object. An absent
option is left out of the resource, so AWS's default holds. Nothing here knows of a Template, of
an edition, or of the logical ids of other resources.
"""
