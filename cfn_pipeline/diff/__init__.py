"""Differences by meaning, between any two states of CloudFormation templates.

- ``states``: files, folders and revisions of git
- ``comparing``: the difference of two states
- ``change_sets``: the difference that CloudFormation describes
- ``difference``: what differs, as values
- ``matching``, ``trees``, ``texts``: which resource is which, and where values differ
- ``resources``, ``causes``, ``keeping``, ``dangling``: what is replaced, why, which data is at
  risk, and what CloudFormation refuses
- ``permissions``, ``network``, ``public``, ``pipelines``, ``interface``, ``configurations``: what
  the change means
- ``reports``: text, Markdown, HTML and JSON
"""
