/** Joins the pages of an answer. */

/** More pages than this are taken for a server that turns in a circle. */
const MOST_PAGES = 200;

/**
 * @param page asks for the page that begins at a token; undefined asks for the first
 * @throws {RangeError} when there is no end
 */
export async function joined<Item>(
  page: (
    token: string | undefined,
  ) => Promise<{ readonly items: readonly Item[] | undefined; readonly next: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const { items, next } = await page(token);
    if (items !== undefined) all.push(...items);
    // an empty token ends it as a missing one does
    if (!next) return all;
    token = next;
  }
  throw new RangeError(`the answer has more than ${MOST_PAGES} pages`);
}
