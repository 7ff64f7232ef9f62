"""Rehearsal: a delivery pipeline, run on this machine.

``run`` takes a pipeline from its plan to its end; ``preparation`` deploys what the pipeline needs
first; ``actions`` runs each action, with ``building`` for builds and ``cloudformation`` for stacks;
``artifacts`` holds what actions pass on; ``local_aws`` is the AWS they work with; ``report`` shows
the result.
"""
