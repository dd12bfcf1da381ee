/** A problem on a terminal: its place and what is wrong on the first line, so that tools can jump there. */
import { formatOrigin, type Problem, printable } from '../../config/problem.ts';

export function problemText(problem: Problem, label = ''): string {
  const value = problem.value === null ? '' : ` = ${problem.value}`;
  const subject = problem.path === '' ? '' : `${problem.path}${value}: `;
  const lines = [`${formatOrigin(problem.origin)}: ${label}${subject}${problem.text}`];
  if (problem.allowed !== null) lines.push(`    allowed: ${problem.allowed}`);
  lines.push(`    fix: ${problem.fix}`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}
