/** A problem on a terminal: its place and what is wrong on the first line, so that tools can jump there. */
import { formatOrigin, type Problem } from '../../config/problem.ts';

export function problemText(problem: Problem, label = ''): string {
  const value = problem.value === null ? '' : ` = ${problem.value}`;
  const subject = problem.path === '' ? '' : `${problem.path}${value}: `;
  const allowed = problem.allowed === null ? '' : `    allowed: ${problem.allowed}\n`;
  return `${formatOrigin(problem.origin)}: ${label}${subject}${problem.text}\n${allowed}    fix: ${problem.fix}\n`;
}
