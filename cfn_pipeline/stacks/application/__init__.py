"""The parts of which an application's stack is made, a module for each aspect.

A part takes the stack and one aspect of the application, adds parameters, resources and outputs,
and returns what other parts must know. ::

    stack = ApplicationStack(application, part=CURRENT.part)
    load_balancer.https_load_balancer(stack, LoadBalancer())
"""
