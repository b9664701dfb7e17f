/** What is read there are keys or passwords: reading it asks in every mode. `shownPath` is relative to the workspace. */
export function secretName(shownPath: string): string | undefined {
  const parts = shownPath.toLowerCase().split(/[\\/]+/);
  const file = parts.at(-1) ?? '';
  const hidden = parts.some((part) => /^\.(?:ssh|aws|gnupg|azure|kube)$/.test(part));
  return hidden || (secretFile.test(file) && !sample.test(file)) ? 'a file that holds secrets' : undefined;
}

const secretFile =
  /^\.env(?:\..*)?$|^\.envrc$|^(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials|\.pgpass|credentials(?:\.json)?|kubeconfig)$|\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx)$|^secrets?\.(?:ya?ml|json|toml|env)$|^service[-_]account.*\.json$/;
const sample = /\.(?:example|sample|template|dist|test|defaults?)$/;
