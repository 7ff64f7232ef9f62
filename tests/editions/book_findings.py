"""What cfn-lint says of the book edition: each is what the book itself has, with the reason.

A finding that is not listed fails the tests, and so does a listed one that no longer occurs.
"""

#: (file, rule, logical id): why the book has it.
KNOWN = {
    ("ecr.yml", "W2511", "CodebuildRepository"): "the book's policy has the version of 2008",
    ("ecr.yml", "W2511", "TodobackendRepository"): "the book's policy has the version of 2008",
    ("stack.yml", "E2533", "EcsCapacityFunction"): "python3.6 was current in 2018",
    ("stack.yml", "E2533", "EcsTaskRunner"): "python3.6 was current in 2018",
    ("stack.yml", "E2533", "LifecycleHookFunction"): "python3.6 was current in 2018",
    ("stack.yml", "E2533", "SecretsManager"): "python3.6 was current in 2018",
    (
        "stack.yml",
        "E3049",
        "ApplicationServiceTargetGroup",
    ): "dynamic ports, default check",
    ("stack.yml", "E3062", "ApplicationDatabase"): "db.t2.micro was the smallest class in 2018",
    ("stack.yml", "E3691", "ApplicationDatabase"): "5.7 meant the newest of 5.7 in 2018",
    ("stack.yml", "W2506", "ApplicationImageId"): "the AMI's id is a parameter of type String",
    (
        "stack.yml",
        "W3697",
        "ApplicationAutoscalingLaunchConfiguration",
    ): "launch configurations were the way in 2018",
}
