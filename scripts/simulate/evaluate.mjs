// Reads cases, each {principal, policies, boundary, keyPolicy or resourcePolicy, requests}, from standard
// input, and writes the decisions on their requests, a list for each case.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(`${process.cwd()}/.audit/simulate/`)
const entry = require.resolve('@cloud-copilot/iam-simulate')
const { runSimulation } = await import(pathToFileURL(entry).href)

const named = (policies) => policies.map((policy, number) => ({ name: `policy${number}`, policy }))

async function decide(
  { principal, policies, boundary, keyPolicy, resourcePolicy },
  { action, resource, account, context }
) {
  const result = await runSimulation(
    {
      identityPolicies: named(policies),
      permissionBoundaryPolicies: boundary ? named([boundary]) : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A key's own policy decides whether IAM's count.
      resourcePolicy: resourcePolicy ?? (action.startsWith('kms:') ? keyPolicy : undefined),
      request: {
        principal,
        action,
        resource: { resource, accountId: account ?? (resource.split(':')[4] || '111122223333') },
        contextVariables: context ?? {}
      }
    },
    {}
  )
  return result.resultType === 'error'
    ? `error: ${JSON.stringify(result.errors)}`
    : (result.overallResult ?? result.analysis?.result ?? JSON.stringify(result))
}

const decisions = []
for (const entry of JSON.parse(readFileSync(0, 'utf-8'))) {
  const found = []
  for (const request of entry.requests) {
    found.push(await decide(entry, request))
  }
  decisions.push(found)
}
process.stdout.write(JSON.stringify(decisions))
