// Runs cdk-nag's AwsSolutions pack over templates; prints its findings as JSON.
//
// usage: node cdk_nag.js TEMPLATE...
const fs = require('fs');
const os = require('os');
const path = require('path');
const { App, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');

const output = fs.mkdtempSync(path.join(os.tmpdir(), 'audit-'));
const app = new App({ outdir: output });
for (const file of process.argv.slice(2)) {
  new CfnInclude(new Stack(app, path.basename(file, '.yml')), 'T', { templateFile: file });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const report = path.join(output, 'validation-report.json');
try {
  console.error = () => {}; // what synthesis would print stands in the report
  app.synth();
} catch (error) {
  if (!fs.existsSync(report)) throw error; // findings make synthesis fail, too
}
const findings = [];
for (const plugin of JSON.parse(fs.readFileSync(report, 'utf8')).pluginReports) {
  if (plugin.pluginName !== 'AwsSolutions') continue;
  for (const { ruleName, violatingConstructs } of plugin.violations) {
    for (const { constructPath } of violatingConstructs) {
      const [stack, , resource] = constructPath.split('/');
      findings.push({ file: `${stack}.yml`, resource, rule: ruleName.replace(/\[.*/s, '') });
    }
  }
}
fs.rmSync(output, { recursive: true });
process.stdout.write(JSON.stringify(findings));
