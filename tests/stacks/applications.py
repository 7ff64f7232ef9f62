"""Applications of other aspects than todobackend's."""

from dataclasses import replace
from typing import Any

from cfn_pipeline import (
    Allow,
    Application,
    AuroraMySql,
    AuroraPostgreSql,
    BlueGreen,
    Canary,
    Container,
    Ec2,
    EfsVolume,
    Egress,
    Environment,
    ExistingEfsVolume,
    ExistingMySql,
    ExistingPostgreSql,
    Fargate,
    GitHubRepository,
    HealthCheck,
    InstanceRequirements,
    Linear,
    ListenerRule,
    LoadBalancer,
    ManagedInstances,
    MySql,
    PostgreSql,
    Queue,
    Scaling,
    ScheduledTask,
    Secret,
)
from cfn_pipeline.project import rendering

ORDERS_CONTAINER = Container(name="orders", cpu=256, memory=512, port=8080)
ORDERS = Application(
    name="orders",
    source=GitHubRepository("acme/orders"),
    container=ORDERS_CONTAINER,
    compute=Fargate(),
    database=PostgreSql(name="orders", username="orders"),
    environments=[
        Environment(
            "dev",
            vpc_id="vpc-1a",
            subnets=["subnet-1a", "subnet-2b"],
            private_subnets=["subnet-3c", "subnet-4d"],
        )
    ],
)
WORKER_CONTAINER = Container(name="worker", cpu=256, memory=512)
WORKER = replace(
    ORDERS,
    container=WORKER_CONTAINER,
    load_balancer=None,
    database=None,
)
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders/shop-a1B2c3"
MIGRATION = Container(name="migrate", cpu=256, memory=512, command=["migrate"])
MANAGED = replace(ORDERS, compute=ManagedInstances(), migration=MIGRATION)
EXISTING = replace(
    ORDERS,
    database=ExistingPostgreSql(
        name="orders",
        host="db.example.com",
        secret=SECRET_ARN,
        encryption_key=KEY,
        security_group="sg-0a1b2c3d",
    ),
    migration=MIGRATION,
)
QUEUE = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"
GUARDED = replace(
    WORKER,
    container=Container(
        name="worker",
        cpu=256,
        memory=512,
        secrets={
            "TOKEN": Secret("ssm:/orders/token", encryption_key=KEY),
            "API_KEY": Secret("secretsmanager:orders/payment:API_KEY", encryption_key=KEY),
            "API_USER": Secret("secretsmanager:orders/payment:API_USER"),
            "SHOP": Secret(SECRET_ARN),
        },
        permissions=[
            Allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], on=QUEUE),
            Allow("s3:GetObject", on=["arn:aws:s3:::orders/*", "arn:aws:s3:::prices/*"]),
        ],
        health_check=HealthCheck("test -e /tmp/ready", interval=10, start_period=60),
    ),
)
QUEUE_WORKER = replace(
    WORKER,
    minimum_tasks=0,
    maximum_tasks=3,
    scaling=Scaling(queue=Queue("jobs", messages_per_task=5)),
)
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b-2c3d"
RULE = ListenerRule(priority=10, paths=["/orders", "/orders/*"], hosts=["shop.example.com"])
SHARED = replace(
    ORDERS,
    compute=Fargate(private=True),
    load_balancer=LoadBalancer(listener_rule=RULE),
    database=None,
    environments=[
        replace(
            ORDERS.environments[0],
            parameters={
                "ListenerArn": (
                    "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0a/1b"
                ),
                "LoadBalancerSecurityGroup": "sg-0a1b2c3d",
            },
        )
    ],
)
UPLOADS = replace(
    ORDERS,
    container=replace(ORDERS_CONTAINER, mounts={"uploads": "/uploads"}),
    volumes={"uploads": EfsVolume()},
    migration=Container(
        name="migrate", cpu=256, memory=512, command=["migrate"], mounts={"uploads": "/uploads"}
    ),
    scheduled_tasks=[
        ScheduledTask(
            "clean",
            schedule="rate(1 day)",
            container=Container(name="clean", cpu=256, memory=512, mounts={"uploads": "/uploads"}),
        )
    ],
)
PROXY = Container(
    name="proxy",
    image="public.ecr.aws/nginx/nginx:1.29",
    cpu=64,
    memory=128,
    port=8081,
    user=None,
    read_only=False,
    health_check=HealthCheck("curl --fail http://localhost:8081/"),
    depends_on={"orders": "START"},
)
AGENT = Container(
    name="agent",
    image="${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/tools/agent:2.1",
    cpu=64,
    memory=128,
    environment={"LEVEL": "info"},
    secrets={"AGENT_KEY": Secret("secretsmanager:tools/agent:KEY")},
    essential=False,
    depends_on={"proxy": "HEALTHY"},
)
REPORT = ScheduledTask(
    "monthly-report",
    schedule="cron(0 3 1 * ? *)",
    timezone="Europe/Berlin",
    container=Container(
        name="report",
        cpu=1024,
        memory=4096,
        command=["report"],
        permissions=[Allow("s3:PutObject", on="arn:aws:s3:::reports/*")],
    ),
)
CLEAN = ScheduledTask("clean", schedule="rate(1 hour)", container=replace(REPORT.container, cpu=5))
TASKS = Application(
    name="orders",
    source=ORDERS.source,
    compute=Fargate(),
    database=ORDERS.database,
    migration=MIGRATION,
    scheduled_tasks=[REPORT, CLEAN],
    environments=ORDERS.environments,
)
APPLICATIONS = {
    "scheduled tasks": replace(ORDERS, scheduled_tasks=[REPORT, CLEAN]),
    "scheduled tasks, private, spot": replace(
        ORDERS, compute=Fargate(private=True, spot_percent=100), scheduled_tasks=[CLEAN]
    ),
    "scheduled task on ec2": Application(
        name="orders",
        source=ORDERS.source,
        container=WORKER.container,
        load_balancer=None,
        scheduled_tasks=[REPORT],
    ),
    "scheduled tasks alone": TASKS,
    "scheduled tasks alone, on ec2": replace(TASKS, compute=Ec2()),
    "scheduled tasks alone, on managed instances": replace(
        TASKS, compute=ManagedInstances(), database=None, migration=None
    ),
    "internal load balancer": replace(
        ORDERS,
        compute=Fargate(private=True),
        load_balancer=LoadBalancer(
            internal=True,
            certificate=CERTIFICATE,
            health_check_codes="200,302",
            health_check_interval=10,
            healthy_threshold=2,
            grace_period=120,
        ),
    ),
    "internal load balancer on ec2": Application(
        name="orders",
        source=ORDERS.source,
        container=ORDERS.container,
        load_balancer=LoadBalancer(internal=True),
    ),
    "shared listener": SHARED,
    "shared listener by exports, requests": replace(
        SHARED,
        environments=ORDERS.environments,
        load_balancer=LoadBalancer(
            listener_rule=replace(
                RULE, listener_export="shop-listener", security_group_export="shop-alb"
            )
        ),
        scaling=Scaling(requests_per_task=100),
    ),
    "shared listener, canary": replace(SHARED, deployment=Canary()),
    "blue/green": replace(ORDERS, deployment=BlueGreen(bake_minutes=30)),
    "linear": replace(ORDERS, deployment=Linear(percent=20, minutes=5)),
    "canary": replace(ORDERS, deployment=Canary(percent=5, bake_minutes=20, error_percent=1)),
    "canary on ec2": Application(
        name="orders", source=ORDERS.source, container=ORDERS.container, deployment=Canary()
    ),
    "scaled by cpu, memory and requests": replace(
        ORDERS, scaling=Scaling(cpu_percent=60, memory_percent=70, requests_per_task=500)
    ),
    "scaled by a queue": QUEUE_WORKER,
    "secrets, permissions, health check": GUARDED,
    "sidecars with images of their own": replace(ORDERS, sidecars=[PROXY, AGENT]),
    "managed instances": MANAGED,
    "managed instances, spot, arm": replace(
        MANAGED,
        compute=ManagedInstances(
            requirements=InstanceRequirements(
                minimum_vcpus=2,
                maximum_vcpus=8,
                minimum_memory=4096,
                instance_types=["m7g.*", "c7g.large"],
            ),
            architecture="ARM64",
            spot=True,
            storage=100,
            egress=[Egress(587)],
        ),
        volumes={"uploads": EfsVolume()},
        container=replace(ORDERS_CONTAINER, mounts={"uploads": "/uploads"}),
        deployment=Canary(),
    ),
    "aurora postgresql": replace(
        ORDERS,
        database=AuroraPostgreSql(
            name="orders", username="orders", minimum_capacity=0, seconds_until_auto_pause=600
        ),
        migration=MIGRATION,
    ),
    "aurora mysql": replace(
        ORDERS,
        database=AuroraMySql(name="orders", username="orders", maximum_capacity=2.5),
        secret="orders/database",
    ),
    "existing postgresql": EXISTING,
    "existing mysql without its values": replace(
        ORDERS,
        database=ExistingMySql(name="orders", port=3307),
        environments=[
            replace(
                ORDERS.environments[0],
                parameters={
                    "DatabaseHost": "db.example.com",
                    "DatabaseSecretArn": SECRET_ARN,
                    "DatabaseSecurityGroup": "sg-0a1b2c3d",
                },
            )
        ],
    ),
    "efs": UPLOADS,
    "efs on ec2, read only": Application(
        name="orders",
        source=ORDERS.source,
        container=replace(ORDERS_CONTAINER, mounts={"shared-data": "/data", "public": "/public"}),
        volumes={"shared-data": EfsVolume(read_only=True, backup=False), "public": "/data/public"},
    ),
    "existing efs": replace(
        UPLOADS,
        volumes={
            "uploads": ExistingEfsVolume(
                file_system="fs-0a1b2c3d4e5f60718",
                security_group="sg-0a1b2c3d",
                access_point="fsap-0a1b2c3d4e5f60718",
            )
        },
    ),
    "existing efs without its ids": replace(
        UPLOADS,
        volumes={"uploads": ExistingEfsVolume()},
        environments=[
            replace(
                ORDERS.environments[0],
                parameters={
                    "UploadsFileSystemId": "fs-0a1b2c3d4e5f60718",
                    "UploadsFileSystemSecurityGroup": "sg-0a1b2c3d",
                },
            )
        ],
    ),
    "an image of others, no build": Application(
        name="grafana",
        source=GitHubRepository("acme/grafana"),
        build=None,
        container=replace(PROXY, depends_on={}),
        compute=Fargate(),
        environments=ORDERS.environments,
    ),
    "parameters with AWS's key, egress": replace(
        WORKER,
        container=replace(WORKER_CONTAINER, secrets={"TOKEN": Secret("ssm:/orders/token")}),
        compute=Fargate(egress=[Egress(587), Egress(6379, to="sg-0a1b2c3d")]),
    ),
    "fargate, postgresql": ORDERS,
    "fargate, mysql": replace(ORDERS, database=MySql(name="orders", username="orders")),
    "fargate, private, spot, arm": replace(
        ORDERS, compute=Fargate(private=True, spot_percent=60, architecture="ARM64")
    ),
    "fargate, no database": replace(ORDERS, database=None),
    "fargate, migration": replace(
        ORDERS, migration=Container(name="migrate", cpu=256, memory=512, command=["migrate"])
    ),
    "worker on fargate": WORKER,
    "private worker": replace(WORKER, compute=Fargate(private=True)),
    "worker on ec2": Application(
        name="orders", source=ORDERS.source, container=WORKER.containers[0], load_balancer=None
    ),
}


def stack_of(application: Application) -> dict[str, Any]:
    """Return the application's template, in long form."""
    return rendering(application).templates["stack.yml"]


def statements_of(role: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    """Return the statements of a role with one policy, by their ids."""
    [policy] = role["Properties"]["Policies"]
    return {s.get("Sid"): s for s in policy["PolicyDocument"]["Statement"]}
