/** What a file is to somebody who looks for the place of a change. */
export type FileRole = 'source' | 'test' | 'prose' | 'derived';

/** Does this file belong into the index, by its path? Secrets, archives, media and what programs write for themselves do not. */
export function isIndexable(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return !secret.test(name) && !secretFolder.test(path.toLowerCase()) && !unreadable.test(name) && !written.test(name);
}

/** By its path; `prose` is whatever explains or configures, `derived` what was built or brought from elsewhere. */
export function fileRole(path: string): FileRole {
  if (derived.test(path)) return 'derived';
  if (test.test(path)) return 'test';
  return prose.test(path) ? 'prose' : 'source';
}

const secret =
  /^\.env|\.env$|^\.?(netrc|_netrc|npmrc|pypirc|pgpass|htpasswd|git-credentials|dockercfg|vault[-_]?pass.*)$|^\.(aws|gcp)|^id_(rsa|dsa|ecdsa|ed25519)|\.(pem|key|p12|pfx|jks|keystore|kdbx?|asc|gpg|pgp|ppk|tfstate|tfvars|ovpn)(\.|$)|^(secrets?|credentials?|service[-_]?account.*)(\.(json|ya?ml|toml|ini|txt|properties|xml|conf|cfg|enc))?$|token\.(json|txt)$/;
const secretFolder = /(^|\/)\.(ssh|gnupg|aws|azure|kube|docker)\//;
const unreadable =
  /\.(png|jpe?g|gif|ico|icns|webp|avif|bmp|tiff?|psd|woff2?|ttf|otf|eot|pdf|docx?|xlsx?|pptx?|zip|t?gz|bz2|xz|zst|7z|rar|tar|jar|war|whl|vsix|class|pyc|pyo|o|a|so|dylib|dll|exe|bin|dat|wasm|node|mo|mp[34]|m4a|mov|avi|webm|ogg|wav|flac|db|sqlite3?|parquet|arrow|npy|npz|pt|onnx|gguf|safetensors|pack|idx)$/;
const written =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|poetry\.lock|pipfile\.lock|uv\.lock|pdm\.lock|composer\.lock|gemfile\.lock|go\.sum|flake\.lock|mix\.lock|pubspec\.lock|podfile\.lock|packages\.lock\.json|gradle\.lockfile)$|\.(min\.(js|css|mjs)|map|snap|svg|lockb|log)$/;
const derived = /(^|\/)(dist|vendor|vendored|third[-_]party|bower_components|generated|__generated__|gen)\//;
const test =
  /(^|\/)(tests?|__tests?__|testing|specs?|e2e|testdata|__mocks__|fixtures?|examples?|demos?|benchmarks?|benches|bench)\/|[._-](tests?|spec|bench)\.|(^|\/)test_[^/]*$|(^|\/)conftest\.py$|Tests?\.(java|kt|cs|scala|swift)$/;
const prose =
  /\.(md|mdx|rst|txt|adoc|html?|css|s[ac]ss|less|json[c5]?|jsonl|ya?ml|toml|xml|csv|tsv|po|pot|inc|ini|cfg|conf|properties|lock|patch|diff)$|(^|\/)(docs?|changelog|changes|history|news|license|authors)([./]|$)/i;
