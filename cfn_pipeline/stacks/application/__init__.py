"""The parts of which an application's stack is made, a module for each aspect.

A part takes the stack and one aspect of the application, adds parameters, resources and outputs,
and returns what other parts must know. A stack of one's own takes those that it needs, each
after those on which it builds::

    stack = ApplicationStack(application, part=CURRENT.part)
    for place, aspect in enumerate([application.compute, LoadBalancer()]):
        stack.build_at(place, aspect)
    print(emit(stack.template))
"""
