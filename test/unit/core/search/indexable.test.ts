import assert from 'node:assert/strict';
import { fileRole, isIndexable } from '../../../../src/core/search/indexable.ts';

describe('what belongs into the index', () => {
  it('is no file of secrets, whatever its folder and case', () => {
    const secrets = `.env .env.local config/.env.production prod.env .npmrc sub/.netrc _netrc .pypirc .git-credentials id_rsa
      id_ed25519 id_rsa.pub server.pem tls/private.key cert.p12 release.jks vault.kdbx credentials credentials.json Secrets.yaml
      secret.txt service-account-prod.json terraform.tfstate prod.tfvars .ssh/config home/.aws/config .kube/config .docker/config.json
      auth_token.json client.ovpn .htpasswd key.asc`;
    for (const path of secrets.split(/\s+/)) assert.equal(isIndexable(path), false, path);
  });

  it('is nothing that cannot be read or that programs write', () => {
    for (const path of 'a.png b.WOFF2 c.tar.gz lib.so x.pyc data.sqlite package-lock.json sub/yarn.lock Cargo.lock a.min.js a.js.map b.snap c.log'.split(
      ' ',
    ))
      assert.equal(isIndexable(path), false, path);
  });

  it('is code, prose and configuration, also that which only sounds like a secret', () => {
    for (const path of 'src/a.ts README.md package.json Makefile src/secrets.ts lib/credentials.py environment.ts .github/workflows/ci.yml keys.go tokens.css'.split(
      ' ',
    ))
      assert.equal(isIndexable(path), true, path);
  });
});

describe('the role of a file', () => {
  it('is told by its path', () => {
    const roles = {
      'src/total.ts': 'source',
      'lib/testing-library.js': 'source',
      'contest.py': 'source',
      'src/latest.rs': 'source',
      'test/total.ts': 'test',
      'src/total.test.ts': 'test',
      'pkg/tree_test.go': 'test',
      'tests/test_total.py': 'test',
      'src/main/TotalTest.java': 'test',
      'examples/a/index.js': 'test',
      'docs/guide.html': 'prose',
      'README.md': 'prose',
      CHANGES: 'prose',
      'a/tsconfig.json': 'prose',
      'dist/bundle.js': 'derived',
      'vendor/x/y.go': 'derived',
    };
    for (const [path, role] of Object.entries(roles)) assert.equal(fileRole(path), role, path);
  });
});
