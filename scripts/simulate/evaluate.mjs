// Reads {principal, policies, keyPolicy, requests} from standard input, and writes a decision for
// each request.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(`${process.cwd()}/.audit/simulate/`)
const entry = require.resolve('@cloud-copilot/iam-simulate')
const { runSimulation } = await import(pathToFileURL(entry).href)

const { principal, policies, keyPolicy, requests } = JSON.parse(readFileSync(0, 'utf-8'))
const identityPolicies = policies.map((policy, number) => ({ name: `policy${number}`, policy }))

const decisions = []
for (const { action, resource, context } of requests) {
  const result = await runSimulation(
    {
      identityPolicies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A key's own policy decides whether IAM's count.
      resourcePolicy: action.startsWith('kms:') ? keyPolicy : undefined,
      request: {
        principal,
        action,
        resource: { resource, accountId: (resource.split(':')[4] || '111122223333') },
        contextVariables: context ?? {}
      }
    },
    {}
  )
  decisions.push(
    result.resultType === 'error'
      ? `error: ${JSON.stringify(result.errors)}`
      : (result.overallResult ?? result.analysis?.result ?? JSON.stringify(result))
  )
}
process.stdout.write(JSON.stringify(decisions))
