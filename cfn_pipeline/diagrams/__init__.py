"""Pictures of pipelines and stacks, from the templates of any tool.

- ``pictures``: what a picture shows, whatever its form
- ``reading``: the pictures of templates that are deployed together
- ``pipelines``, ``stacks``: what a pipeline and a stack are in a picture
- ``starts``, ``conditions``, ``actions``: what starts a pipeline, the conditions of its stages, and
  what its actions do, in words
- ``parts``: the part of a stack to which a resource belongs
- ``exposure``: what makes a resource public
- ``references``: which resources a resource refers to
- ``mermaid``: pictures as Mermaid
- ``svg``: pictures as SVG; ``cards`` are the boxes in it, ``drawing`` writes its elements,
  ``measuring`` breaks text into lines that fit
"""
