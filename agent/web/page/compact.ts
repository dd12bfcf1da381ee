/**
 * Style sheet and script are kept as people read them and sent without comments and indentation. Line by line, so
 * it can be reasoned about: a line that is only a comment goes, leading space goes, nothing else is touched. Neither
 * source uses a string or template that spans lines, and a test says so.
 */
export function compact(source: string): string {
  return source
    .replace(/^[ \t]*\/\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*$/gm, '')
    .replace(/^[ \t]*\/\/.*$/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}
