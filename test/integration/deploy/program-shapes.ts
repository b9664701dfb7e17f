import type { Answers } from './recording-program.ts';

/** One kind of target with a program shaped like its real one. */
export interface Shape {
  readonly kind: string;
  readonly program: string;
  readonly answers: Answers;
  /** As another target, or the same one in another state, would answer. */
  readonly elsewhere: Answers;
  /** In deploy.json; undefined: it is found by its files. */
  readonly target?: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** A file whose change must be noticed. */
  readonly file: string;
  /** What is run by the apply, and by nothing before it. */
  readonly applies: RegExp;
  /** Of the rollback; undefined: there is none, and it is said so. */
  readonly rollsBack?: RegExp;
  /** What the person is shown of the difference. */
  readonly shows: RegExp;
}

/** The project's own file, which names the target where it is not found by itself. */
export function deployFileOf(
  { name, target }: Shape,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> {
  const targets = target === undefined ? more : { [name]: target, ...more };
  return { '.openmagus/deploy.json': JSON.stringify({ targets }) };
}

const manifest = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n';

export const shapes: readonly Shape[] = [
  {
    kind: 'kubectl',
    program: 'kubectl',
    name: 'kubectl',
    files: { 'k8s/web.yaml': manifest },
    file: 'k8s/web.yaml',
    answers: [
      [/^version/, 'Client Version: v1.32.4'],
      [/config view/, 'staging https://10.1.2.3:6443 shop'],
      [/--dry-run=server/, 'deployment.apps/web configured (server dry run)\nservice/web created (server dry run)'],
      [/^diff/, '-  image: web:1\n+  image: web:2', 1],
      [/rollout status/, 'successfully rolled out'],
    ],
    elsewhere: [[/config view/, 'live https://10.9.9.9:6443 shop']],
    applies: /^apply -R -f k8s$/,
    rollsBack: /^rollout undo deployment\.apps\/web$/,
    shows: /\+ {2}image: web:2/,
  },
  {
    kind: 'helm',
    program: 'helm',
    name: 'helm',
    files: { 'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n' },
    file: 'chart/Chart.yaml',
    answers: [
      [/^version/, 'v3.16.2+g13654a5'],
      [/^env/, 'HELM_KUBECONTEXT="staging"\nHELM_NAMESPACE="shop"'],
      [/^history/, '[{"revision":6,"status":"deployed"}]'],
      [/--dry-run=server/, 'NAME: shop\nMANIFEST:\nkind: Deployment'],
    ],
    elsewhere: [[/^env/, 'HELM_KUBECONTEXT="live"\nHELM_NAMESPACE="shop"']],
    applies: /^upgrade --install shop chart --wait/,
    rollsBack: /^rollback shop 6 --wait$/,
    shows: /kind: Deployment/,
  },
  {
    kind: 'terraform',
    program: 'terraform',
    name: 'terraform-infra',
    files: { 'infra/main.tf': 'resource "terraform_data" "a" {}\n' },
    file: 'infra/main.tf',
    answers: [
      [/version/, 'Terraform v1.11.4\non linux_amd64'],
      [/workspace show/, 'default'],
      [/state list/, 'terraform_data.old'],
      [/ plan /, 'Plan: 1 to add, 0 to change, 0 to destroy.', 2],
    ],
    elsewhere: [[/workspace show/, 'live']],
    applies: /^-chdir=infra apply -input=false -no-color \S+\.tfplan$/,
    shows: /Plan: 1 to add/,
  },
  {
    kind: 'compose',
    program: 'docker',
    name: 'compose',
    files: { 'compose.yaml': 'services:\n  web:\n    image: web:2\n' },
    file: 'compose.yaml',
    answers: [
      [/compose version/, '2.32.4'],
      [/^info/, '4f6e-engine builder'],
      [/config --hash/, 'web 3f2a9c'],
      [/ config$/, 'services:\n  web:\n    image: web:2'],
      [/--dry-run up/, 'DRY-RUN MODE - Container shop-web-1 Created'],
      [/ ps -a -q$/, ''],
    ],
    elsewhere: [[/config --hash/, 'web 777777']],
    applies: /^compose -f compose\.yaml up -d --build --wait$/,
    rollsBack: /^compose -f compose\.yaml down$/,
    shows: /Container shop-web-1 Created/,
  },
  {
    kind: 'docker',
    program: 'docker',
    name: 'image',
    target: { kind: 'docker', source: '.', image: 'registry.example/shop:live' },
    files: { Dockerfile: 'FROM scratch\n' },
    file: 'Dockerfile',
    answers: [
      [/^buildx version/, 'github.com/docker/buildx v0.24.0 d0e5e86'],
      [/^info/, '4f6e-engine builder'],
      [/imagetools inspect/, `sha256:${'ab'.repeat(32)}`],
      [/build --check/, 'Check complete, no warnings found.'],
    ],
    elsewhere: [[/imagetools inspect/, `sha256:${'cd'.repeat(32)}`]],
    applies: /^push registry\.example\/shop:live$/,
    rollsBack: /^buildx imagetools create -t registry\.example\/shop:live registry\.example\/shop@sha256:abab/,
    shows: /docker push has no trial/,
  },
  {
    kind: 'vercel',
    program: 'vercel',
    name: 'vercel',
    files: { 'vercel.json': '{}', 'index.html': 'one' },
    file: 'index.html',
    answers: [
      [/--version/, 'Vercel CLI 39.1.0'],
      [/whoami/, 'ada'],
    ],
    elsewhere: [[/whoami/, 'eve']],
    applies: /^--cwd \. deploy --yes --prod$/,
    rollsBack: /^--cwd \. rollback --yes$/,
    shows: /Vercel has no trial/,
  },
  {
    kind: 'netlify',
    program: 'netlify',
    name: 'netlify',
    files: { 'netlify.toml': '[build]\npublish = "public"\n', 'public/index.html': 'one' },
    file: 'public/index.html',
    answers: [
      [/--version/, 'netlify-cli/17.37.2 linux-x64'],
      [/status --json/, '{"siteData": {"site-name": "shop", "site-id": "1234-abcd"}}'],
      [/build --dry/, 'build.command from netlify.toml'],
    ],
    elsewhere: [[/status --json/, '{"siteData": {"site-name": "other", "site-id": "9999-abcd"}}']],
    applies: /^deploy --prod$/,
    shows: /build\.command from netlify\.toml/,
  },
  {
    kind: 'fly',
    program: 'flyctl',
    name: 'fly',
    files: { 'fly.toml': 'app = "shop"\n' },
    file: 'fly.toml',
    answers: [
      [/^version/, 'flyctl v0.3.45 linux/amd64'],
      [/auth whoami/, 'ada@example.com'],
      [/releases/, '[{"Version": 7, "ImageRef": "registry.fly.io/shop:deployment-7"}]'],
      [/config validate/, 'Configuration is valid'],
    ],
    elsewhere: [[/auth whoami/, 'eve@example.com']],
    applies: /^deploy --app shop$/,
    rollsBack: /^deploy --app shop --image registry\.fly\.io\/shop:deployment-7$/,
    shows: /Configuration is valid/,
  },
  {
    kind: 'gh-workflow',
    program: 'gh',
    name: 'deploy',
    files: {
      '.github/workflows/deploy.yml':
        'name: Deploy\non:\n  workflow_dispatch:\n    inputs:\n      version:\n        default: latest\n      environment:\n        type: string\n',
      '.git/HEAD': 'ref: refs/heads/main\n',
    },
    file: '.github/workflows/deploy.yml',
    answers: [
      [/^--version/, 'gh version 2.60.1 (2024-10-25)'],
      [/repo view/, '{"nameWithOwner":"ada/shop","url":"https://github.com/ada/shop"}'],
      [/commits\/main/, '0123456789abcdef0123456789abcdef01234567'],
      [/run list/, '[{"conclusion":"failure","databaseId":4712},{"conclusion":"success","databaseId":4711}]'],
    ],
    elsewhere: [[/commits\/main/, 'ffff456789abcdef0123456789abcdef01234567']],
    applies: /^workflow run deploy\.yml --ref main -f environment=production$/,
    rollsBack: /^run rerun 4711$/,
    shows: /A workflow has no trial/,
  },
];
