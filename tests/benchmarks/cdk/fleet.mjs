// The delivery of N applications with the AWS CDK: what scripts/make_fleet.py describes, for comparison.
//
//   CDK_NODE_MODULES=.../node_modules node fleet.mjs N FOLDER
//
// Each application has a key, a private bucket, a topic with notifications, a build, and a pipeline
// that deploys a template of its own to dev and, after an approval, by a change set to prod.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.CDK_NODE_MODULES, 'fleet.js'));
const { App, CfnParameter, Duration, RemovalPolicy, Stack } = require('aws-cdk-lib');
const codebuild = require('aws-cdk-lib/aws-codebuild');
const codepipeline = require('aws-cdk-lib/aws-codepipeline');
const actions = require('aws-cdk-lib/aws-codepipeline-actions');
const targets = require('aws-cdk-lib/aws-events-targets');
const kms = require('aws-cdk-lib/aws-kms');
const logs = require('aws-cdk-lib/aws-logs');
const s3 = require('aws-cdk-lib/aws-s3');
const sns = require('aws-cdk-lib/aws-sns');

function source(name, repository, output, connection) {
  return new actions.CodeStarConnectionsSourceAction({
    actionName: name, owner: 'acme', repo: repository, branch: 'main', output, connectionArn: connection,
  });
}

function delivery(app, name) {
  const stack = new Stack(app, `${name}-pipeline`);
  const connection = new CfnParameter(stack, 'ConnectionArn').valueAsString;
  const key = new kms.Key(stack, 'Key', { enableKeyRotation: true, alias: name });
  const privately = {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, enforceSSL: true, versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
  };
  const logBucket = new s3.Bucket(stack, 'Logs', {
    ...privately, encryption: s3.BucketEncryption.S3_MANAGED, lifecycleRules: [{ expiration: Duration.days(365) }],
  });
  const artifactBucket = new s3.Bucket(stack, 'Artifacts', {
    ...privately, encryption: s3.BucketEncryption.KMS, encryptionKey: key,
    lifecycleRules: [{ expiration: Duration.days(90) }],
    serverAccessLogsBucket: logBucket, serverAccessLogsPrefix: 'artifacts/',
  });
  const topic = new sns.Topic(stack, 'Topic', { masterKey: key });
  const project = new codebuild.PipelineProject(stack, 'Project', {
    projectName: name, encryptionKey: key,
    environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0 },
    logging: { cloudWatch: { logGroup: new logs.LogGroup(stack, 'BuildLogs', { encryptionKey: key }) } },
  });
  const code = new codepipeline.Artifact('MyApp');
  const templates = new codepipeline.Artifact('DeploymentRepository');
  const version = new codepipeline.Artifact('ApplicationVersion');
  const deployed = (environment) => ({
    stackName: `${name}-${environment}`, adminPermissions: false,
    templatePath: templates.atPath('stack.yml'),
    templateConfiguration: templates.atPath(`${environment}.json`),
  });
  const prod = { ...deployed('prod'), changeSetName: 'Deployment' };
  const pipeline = new codepipeline.Pipeline(stack, 'Pipeline', {
    pipelineName: name, artifactBucket, pipelineType: codepipeline.PipelineType.V2,
    stages: [
      { stageName: 'Source', actions: [
        source('Source', name, code, connection),
        source('DeploymentRepository', `${name}-aws`, templates, connection),
      ] },
      { stageName: 'Build', actions: [
        new actions.CodeBuildAction({ actionName: 'CodeBuild', input: code, outputs: [version], project }),
      ] },
      { stageName: 'Dev', actions: [
        new actions.CloudFormationCreateUpdateStackAction({ actionName: 'Deploy', ...deployed('dev') }),
      ] },
      { stageName: 'Prod', actions: [
        new actions.CloudFormationCreateReplaceChangeSetAction({ actionName: 'ChangeSet', runOrder: 1, ...prod }),
        new actions.ManualApprovalAction({ actionName: 'ApproveChangeSet', runOrder: 2 }),
        new actions.CloudFormationExecuteChangeSetAction({
          actionName: 'DeployChangeSet', runOrder: 3, stackName: prod.stackName, changeSetName: prod.changeSetName,
        }),
      ] },
    ],
  });
  pipeline.onStateChange('Failed', {
    eventPattern: { detail: { state: ['FAILED'] } }, target: new targets.SnsTopic(topic),
  });
}

const [number, outdir] = process.argv.slice(2);
const app = new App({ outdir });
for (let i = 1; i <= Number(number); i++) delivery(app, `app${String(i).padStart(4, '0')}`);
app.synth();
