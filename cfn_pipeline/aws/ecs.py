"""Sizes of tasks on instances of Amazon ECS, and of the instances that it manages.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters-managed-instances.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
"""

from collections.abc import Mapping

#: Who makes the processors of an architecture.
CPU_MANUFACTURERS: Mapping[str, tuple[str, ...]] = {
    "X86_64": ("intel", "amd"),
    "ARM64": ("amazon-web-services",),
}

#: The fewest CPU units of a task.
LEAST_CPU = 128

#: The size of the data volume of a managed instance in GiB.
LEAST_STORAGE = 30
MOST_STORAGE = 16384
