/** Whether a canonical host ("example.com", "[::1]") is one of the patterns: the host itself or "*.host" for those below it. */
export function hostIsListed(host: string, patterns: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase().replace(/\.$/, '');
    return wanted.startsWith('*.') ? name.length >= wanted.length && name.endsWith(wanted.slice(1)) : name === wanted;
  });
}

/** Whether a key may travel to the address: never in the clear but on this machine. */
export function keepsSecrets({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
