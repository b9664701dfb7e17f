const everyMs = 1000;

/**
 * Tells once a second how long the work has taken: a server that loads without a word is not dead. `note` puts what the server
 * does say between the words and the time.
 */
export async function withElapsed<Result>(
  words: string,
  onProgress: (words: string) => void,
  work: (note: (said: string) => void) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  let said = '';
  const tell = (): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    const parts = [said, seconds > 0 ? `${seconds} s` : ''].filter(Boolean);
    onProgress(parts.length === 0 ? words : `${words}: ${parts.join(', ')}`);
  };
  tell();
  const timer = setInterval(tell, everyMs);
  try {
    return await work((more) => {
      said = more;
      tell();
    });
  } finally {
    clearInterval(timer);
  }
}
