import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const folder = path.resolve(import.meta.dirname, '../fixtures/api');

/** A public OpenAPI document, as its owner published it. */
export async function realDocument(name: 'github.json' | 'blockfrost.yaml'): Promise<string> {
  return brotliDecompressSync(await readFile(path.join(folder, `${name}.br`))).toString('utf8');
}

type Question = readonly [question: string, wanted: string];

/** Written from what people do with the service, before any of them was tried. */
export const githubQuestions: readonly Question[] = [
  ['open a new issue', 'issues/create'],
  ['comment on an issue', 'issues/create-comment'],
  ['close an issue', 'issues/update'],
  ['which issues are open in this repository', 'issues/list-for-repo'],
  ['open a pull request', 'pulls/create'],
  ['merge a pull request', 'pulls/merge'],
  ['ask somebody to review a pull request', 'pulls/request-reviewers'],
  ['which files does a pull request change', 'pulls/list-files'],
  ['approve a pull request', 'pulls/create-review'],
  ['publish a release', 'repos/create-release'],
  ['newest release of a repository', 'repos/get-latest-release'],
  ['read a file from a repository', 'repos/get-content'],
  ['write a file into a repository', 'repos/create-or-update-file-contents'],
  ['list the branches', 'repos/list-branches'],
  ['fork a repository', 'repos/create-fork'],
  ['star a repository', 'activity/star-repo-for-authenticated-user'],
  ['start a workflow by hand', 'actions/create-workflow-dispatch'],
  ['run a failed workflow again', 'actions/re-run-workflow'],
  ['logs of a workflow run', 'actions/download-workflow-run-logs'],
  ['add a secret for actions to a repository', 'actions/create-or-update-repo-secret'],
  ['search code', 'search/code'],
  ['add a label to an issue', 'issues/add-labels'],
  ['who am I', 'users/get-authenticated'],
  ['members of an organization', 'orgs/list-members'],
  ['invite a collaborator', 'repos/add-collaborator'],
  ['how many requests do I have left', 'rate-limit/get'],
  ['make a gist', 'gists/create'],
  ['create a webhook for a repository', 'repos/create-webhook'],
  ['compare two commits', 'repos/compare-commits'],
  ['alerts about vulnerable dependencies', 'dependabot/list-alerts-for-repo'],
];

/** Written when the search had been made better by the questions above, to see what that is worth for others. */
export const laterQuestions: Readonly<Record<'github' | 'blockfrost', readonly Question[]>> = {
  github: [
    ['delete a branch', 'git/delete-ref'],
    ['commits of a pull request', 'pulls/list-commits'],
    ['lock the discussion of an issue', 'issues/lock'],
    ['create a milestone', 'issues/create-milestone'],
    ['languages that a repository is written in', 'repos/list-languages'],
    ['who contributed to this repository', 'repos/list-contributors'],
    ['cancel a running workflow', 'actions/cancel-workflow-run'],
    ['artifacts of a workflow run', 'actions/list-workflow-run-artifacts'],
    ['protect a branch', 'repos/update-branch-protection'],
    ['add an SSH key to my account', 'users/create-public-ssh-key-for-authenticated-user'],
    ['repositories of an organization', 'repos/list-for-org'],
    ['follow a user', 'users/follow'],
    ['rename a repository', 'repos/update'],
    ['readme of a repository', 'repos/get-readme'],
    ['search for users', 'search/users'],
  ],
  blockfrost: [
    ['block with a given hash', 'GET /blocks/{hash_or_number}'],
    ['genesis parameters of the chain', 'GET /genesis'],
    ['where is my balance: an account by its stake address', 'GET /accounts/{stake_address}'],
    ['inputs and outputs of a transaction', 'GET /txs/{hash}/utxos'],
    ['history of minting and burning an asset', 'GET /assets/{asset}/history'],
    ['pools that will retire', 'GET /pools/retiring'],
    ['ticker and home page of a pool', 'GET /pools/{pool_id}/metadata'],
    ['source of a script as JSON', 'GET /scripts/{script_hash}/json'],
    ['which files did I pin', 'GET /ipfs/pin/list'],
    ['stake distribution in an epoch', 'GET /epochs/{number}/stakes'],
  ],
};

export const blockfrostQuestions: readonly Question[] = [
  ['newest block', 'GET /blocks/latest'],
  ['is the service healthy', 'GET /health'],
  ['send a signed transaction to the network', 'POST /tx/submit'],
  ['unspent outputs of an address', 'GET /addresses/{address}/utxos'],
  ['all stake pools', 'GET /pools'],
  ['rewards that an account received', 'GET /accounts/{stake_address}/rewards'],
  ['protocol parameters of the current epoch', 'GET /epochs/latest/parameters'],
  ['who holds this asset', 'GET /assets/{asset}/addresses'],
  ['all assets under a policy id', 'GET /assets/policy/{policy_id}'],
  ['upload a file to IPFS', 'ipfs_add'],
  ['unpin a file from IPFS', 'POST /ipfs/pin/remove/{IPFS_path}'],
  ['transactions that wait in the mempool', 'GET /mempool'],
  ['metadata of a transaction', 'GET /txs/{hash}/metadata'],
  ['how much of my quota have I used', 'GET /metrics'],
  ['supply and stake of the network', 'GET /network'],
  ['who delegates to a pool', 'GET /pools/{pool_id}/delegators'],
  ['votes on a governance proposal', 'GET /governance/proposals/{tx_hash}/{cert_index}/votes'],
  ['list of delegate representatives', 'GET /governance/dreps'],
  ['what time is it on the server', 'GET /health/clock'],
  ['execution units that a transaction would need', 'POST /utils/txs/evaluate'],
];
