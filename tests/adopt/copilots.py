"""Ten applications of AWS Copilot, as the files of their folders ``copilot``."""

from collections.abc import Mapping
from pathlib import Path

_PIPELINE = """
name: main
version: 1
source:
  provider: GitHub
  properties: {branch: main, repository: https://github.com/acme/%s}
stages:
  - name: test
  - name: prod
    requires_approval: true
"""
_AURORA = """
Parameters:
  App: {Type: String}
  Env: {Type: String}
  Name: {Type: String}
  dbName: {Type: String, Default: %s}
Resources:
  dbSecret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {GenerateStringKey: password}}
  dbCluster:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: %s
      DatabaseName: !Ref dbName
      MasterUsername: !Sub '{{resolve:secretsmanager:${dbSecret}:SecretString:username}}'
Outputs:
  dbSecret: {Value: !Ref dbSecret}
"""
_IMPORTED_VPC = """
name: %s
type: Environment
network:
  vpc:
    id: vpc-0a1b2c3d
    subnets:
      public: [{id: subnet-0a1b2c3d}, {id: subnet-1b2c3d4e}]
      private: [{id: subnet-2c3d4e5f}, {id: subnet-3d4e5f6a}]
"""

APPLICATIONS: Mapping[str, Mapping[str, str]] = {
    # One service, as 'copilot init' leaves it.
    "hello": {
        ".workspace": "application: hello\n",
        "web/manifest.yml": """
name: web
type: Load Balanced Web Service
http: {path: /}
image: {build: Dockerfile, port: 8080}
cpu: 256
memory: 512
count: 1
exec: true
network: {connect: true}
""",
    },
    # A service with everything that has a counterpart, the same in two environments.
    "shop": {
        ".workspace": "application: shop\n",
        "pipelines/main/manifest.yml": _PIPELINE % "shop",
        "environments/test/manifest.yml": _IMPORTED_VPC % "test",
        "environments/prod/manifest.yml": _IMPORTED_VPC % "prod"
        + """
http:
  public:
    certificates: [arn:aws:acm:eu-west-1:111122223333:certificate/13245665-af87-adf3-j7gd-ad876af9]
observability: {container_insights: true}
""",
        "web/manifest.yml": """
name: web
type: Load Balanced Web Service
http:
  path: /
  alias: shop.example.com
  healthcheck:
    path: /health
    success_codes: 200,301
    healthy_threshold: 4
    unhealthy_threshold: 3
    interval: 15s
    timeout: 10s
    grace_period: 2m
  stickiness: true
  deregistration_delay: 50s
image:
  build: {dockerfile: web/Dockerfile, context: web}
  port: 3000
  healthcheck:
    command: [CMD-SHELL, curl -f http://localhost:3000/ || exit 1]
    interval: 10s
    retries: 2
cpu: 512
memory: 1024
count: {range: 2-10, cpu_percentage: 70, requests: 500, cooldown: {in: 30s}}
variables: {LOG_LEVEL: info, WORKERS: 4, DEBUG: false}
secrets:
  TOKEN: /shop/token
  PAYMENT: {secretsmanager: 'shop/payment:key::'}
network: {vpc: {placement: private}}
logging: {retention: 30}
environments:
  test: {count: 1}
""",
    },
    # App Runner, with a name in DNS and AWS's defaults of size.
    "landing": {
        ".workspace": "application: landing\n",
        "pipelines/main/manifest.yml": _PIPELINE % "landing",
        "front/manifest.yml": """
name: front
type: Request-Driven Web Service
image: {build: ./front/Dockerfile, port: 80}
http:
  alias: www.example.com
  healthcheck: {path: /up, healthy_threshold: 1, interval: 1s, timeout: 2s}
cpu: 1024
memory: 2048
count: high-availability/3
tags: {owner: web}
observability: {tracing: awsxray}
""",
    },
    # Services that find each other, of which one has a database beside it.
    "orders": {
        ".workspace": "application: orders\n",
        "pipelines/main/manifest.yml": _PIPELINE % "orders",
        "environments/test/manifest.yml": "name: test\ntype: Environment\n",
        "environments/prod/manifest.yml": "name: prod\ntype: Environment\ncdn: true\n",
        "api/manifest.yml": """
name: api
type: Backend Service
image:
  build: api/Dockerfile
  port: 8080
  depends_on: {proxy: start}
network: {connect: true}
count: {range: {min: 1, max: 10, spot_from: 3}, memory_percentage: {value: 80, cooldown: {in: 80s}}}
sidecars:
  proxy:
    image: public.ecr.aws/nginx/nginx:1.29
    port: 9000
    essential: false
    variables: {MODE: fast}
publish: {topics: [{name: placed}]}
""",
        "api/addons/db.yml": _AURORA % ("orders", "aurora-postgresql"),
        "api/addons/files.yml": """
Resources:
  bucket: {Type: AWS::S3::Bucket}
  table:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: !Sub '${App}-${Env}-carts'}
""",
        "front/manifest.yml": """
name: front
type: Load Balanced Web Service
image: {build: front/Dockerfile, port: 8080}
http: {path: /}
""",
    },
    # A worker with queues, scaled by their delay.
    "mailer": {
        ".workspace": "application: mailer\n",
        "pipelines/main/manifest.yml": _PIPELINE % "mailer",
        "sender/manifest.yml": """
name: sender
type: Worker Service
image: {build: {context: sender, target: release, args: {VERSION: 3}}}
subscribe:
  topics: [{name: placed, service: api, queue: {timeout: 5m}}]
  queue: {retention: 96h, dead_letter: {tries: 10}}
cpu: 1024
memory: 2048
count:
  range: 0-5
  queue_delay: {acceptable_latency: 10m, msg_processing_time: 250ms}
environments:
  prod: {count: {range: 1-20}}
""",
    },
    # Static files, some in folders of their own.
    "docs": {
        ".workspace": "application: docs\n",
        "pipelines/main/manifest.yml": _PIPELINE % "docs",
        "site/manifest.yml": """
name: site
type: Static Site
http: {alias: docs.example.com}
files:
  - {source: public, recursive: true, exclude: '*.map'}
  - {source: downloads, destination: files, reinclude: ['*.pdf']}
  - {source: robots.txt, recursive: false}
""",
    },
    # Jobs with each form of schedule.
    "reports": {
        ".workspace": "application: reports\n",
        "pipelines/main/manifest.yml": _PIPELINE % "reports",
        **{
            f"{name}/manifest.yml": f"""
name: {name}
type: Scheduled Job
on: {{schedule: '{schedule}'}}
image: {{build: Dockerfile}}
command: python report.py {name}
retries: 3
timeout: 1h
"""
            for name, schedule in {
                "daily": "@daily",
                "often": "@every 90m",
                "weekday": "30 6 * * 1-5",
                "own": "cron(0 8 ? * MON *)",
            }.items()
        },
    },
    # Secrets of each environment, so that each has an application of its own; ARM; CodeCommit.
    "secure": {
        ".workspace": "application: secure\n",
        "pipeline.yml": """
name: pipeline-secure
version: 1
source:
  provider: CodeCommit
  properties:
    branch: trunk
    repository: https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/secure/browse
stages:
  - {name: test, test_commands: [make e2e, 'echo "done"']}
  - {name: prod}
""",
        "api/manifest.yml": """
name: api
type: Load Balanced Web Service
platform: linux/arm64
http: {path: /}
image: {build: Dockerfile, port: 8080}
secrets:
  DB: /copilot/${COPILOT_APPLICATION_NAME}/${COPILOT_ENVIRONMENT_NAME}/secrets/DB
env_file: api.env
environments:
  prod:
    cpu: 1024
    memory: 2048
    variables: {LOG_LEVEL: warn}
""",
    },
    # Several services of one load balancer, and one on an image that exists.
    "suite": {
        ".workspace": "application: suite\n",
        "pipelines/main/manifest.yml": _PIPELINE % "suite",
        "home/manifest.yml": """
name: home
type: Load Balanced Web Service
http: {path: /}
image: {build: home/Dockerfile, port: 80}
""",
        "admin/manifest.yml": """
name: admin
type: Load Balanced Web Service
http: {path: admin, allowed_source_ips: [10.0.0.0/8]}
image: {build: admin/Dockerfile, port: 80}
""",
        "wiki/manifest.yml": """
name: wiki
type: Load Balanced Web Service
http: {path: /, alias: [{name: wiki.example.com, hosted_zone: Z0873220N255IR3MTNR4}]}
image: {location: ghcr.io/acme/wiki:3.1, port: 8080}
nlb: {port: 2222/tcp}
""",
    },
    # Files on EFS, an addon of the environment, and a change of the template.
    "cms": {
        ".workspace": "application: cms\n",
        "pipelines/main/manifest.yml": _PIPELINE % "cms",
        "environments/addons/db.yml": _AURORA % ("cms", "aurora-mysql"),
        "app/manifest.yml": """
name: app
type: Load Balanced Web Service
http: {path: /}
image: {build: Dockerfile, port: 8080}
secrets:
  DB_SECRET: {from_cfn: '${COPILOT_APPLICATION_NAME}-prod-dbSecret'}
storage:
  ephemeral: 100
  volumes:
    uploads: {path: /var/uploads, read_only: false, efs: true}
    shared: {path: /var/shared, efs: {id: fs-0a1b2c3d4e5f60718, root_dir: /data}}
    scratch: {path: /scratch, read_only: false}
sidecars:
  logs: {image: {build: logs/Dockerfile}}
  sync:
    image: public.ecr.aws/docker/library/busybox:1.37
    mount_points: [{source_volume: uploads, path: /data, read_only: false}]
taskdef_overrides: [{path: Cpu, value: 512}]
""",
        "app/overrides/cfn.patches.yml": "- {op: add, path: /Resources/X, value: {}}\n",
    },
}


def write(name: str, folder: Path) -> Path:
    """Write an application's folder ``copilot``, and return it."""
    for path, text in APPLICATIONS[name].items():
        file = folder / "copilot" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "copilot"
