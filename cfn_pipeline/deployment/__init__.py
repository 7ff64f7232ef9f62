"""Deploys and removes stacks: change sets first, events while it runs, reasons when it fails.

``planning`` decides before AWS is called, ``account`` makes the clients, ``stacks`` talks to
CloudFormation, ``failures`` finds the reasons, ``removing`` what protects a stack and what stays.
"""
