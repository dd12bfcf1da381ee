/** A notice as one line of text; its parts are phrases, which the page sets apart and text must join. */
import type { Notice } from '../verdict/snapshot.ts';

const ended = (text: string): string => (/[.!?:]$/.test(text) ? text : `${text}.`);

/** "The last reload of the configuration was refused. To do: vpc-canary config check shows the problems." */
export function noticeText({ text, remedy }: Pick<Notice, 'text' | 'remedy'>): string {
  return remedy === null ? ended(text) : `${ended(text)} To do: ${ended(remedy)}`;
}
