/**
 * What some work comes to, or `otherwise` where that takes longer than `ms`: a script of a page that never ends would have
 * everything wait for it. What comes of the work later is dropped, and no timer is left running.
 */
export async function within<Result>(ms: number, work: Promise<Result>, otherwise: () => Result): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  work.catch(() => undefined);
  return Promise.race([work, late.then(otherwise)]).finally(() => clearTimeout(timer));
}
