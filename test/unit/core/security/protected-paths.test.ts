import assert from 'node:assert/strict';
import { protectedName } from '../../../../src/core/security/protected-paths.ts';

describe('protectedName', () => {
  for (const path of [
    '.git/config',
    '.GIT/hooks/x',
    'sub/.git/x',
    '.vscode/tasks.json',
    'a.code-workspace',
    'AGENTS.md',
    'docs/agents.md',
    'CLAUDE.md',
    '.cursorrules',
    '.github/copilot-instructions.md',
    '.github/instructions/a.md',
    '.husky/pre-commit',
    '.github/workflows/ci.yml',
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    'Jenkinsfile',
    'mcp.json',
    '.npmrc',
    '.yarnrc.yml',
    'pip.conf',
    '.pypirc',
    'bunfig.toml',
    'package.json',
    'packages/a/package.json',
    'package-lock.json',
    'web/pnpm-lock.yaml',
    '.openmagus/config.json',
    '.env',
    '.env.local',
    '.git\\config',
    '.git./config',
  ]) {
    it(`protects ${path}`, () => assert.notEqual(protectedName(path), undefined));
  }

  for (const path of [
    '.',
    'src/git/index.ts',
    'my-package.json',
    '.gitignore',
    '.github/README.md',
    'src/env.ts',
    'src/workflows/a.ts',
  ]) {
    it(`leaves ${path} alone`, () => assert.equal(protectedName(path), undefined));
  }
});
