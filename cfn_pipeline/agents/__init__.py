"""What agents are given: the verbs of the command, as tools of the Model Context Protocol.

``server`` has the tools, ``folder`` bounds them to a folder, ``verbs`` runs a verb.
"""
