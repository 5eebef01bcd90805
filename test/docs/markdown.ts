/** The guides as a test reads them: what is code in them, where they link to, and which headings they have. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const project = fileURLToPath(new URL('../../', import.meta.url));

/** A page for people: `README.md`, or one in `docs/`. */
export interface Page {
  /** Its path below the project. */
  readonly path: string;
  readonly text: string;
}

/** All pages. */
export function pages(): Page[] {
  const guides = readdirSync(`${project}docs`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return ['README.md', ...guides.sort().map((name) => `docs/${name}`)].map(pageAt);
}

/** @param path below the project */
export function pageAt(path: string): Page {
  return { path, text: readFileSync(project + path, 'utf8') };
}

/** A block of code between fences. */
export interface CodeBlock {
  /** As the first fence calls it; empty where it doesn't. */
  readonly language: string;
  /** Without the indentation of its fences. */
  readonly text: string;
}

const FENCED = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(FENCED)].map(([, indent = '', language = '', code = '']) => ({
    language,
    text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** Code within a line. */
export function codeSpans(text: string): string[] {
  return [...text.replaceAll(FENCED, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Where it links to, as it stands there. */
export function links(text: string): string[] {
  const prose = text.replaceAll(FENCED, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

/** The names by which links reach its headings, as GitHub makes them. */
export function anchors(text: string): string[] {
  return [...text.replaceAll(FENCED, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What somebody is told to type at a shell, line by line: without comments, and without mere settings (`NAME=value`). */
export function shellLines(text: string): string[] {
  const indented = [...text.replaceAll(FENCED, '').matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);
  const blocks = codeBlocks(text).filter(({ language }) => language === 'sh');
  const lines = [
    ...blocks.flatMap((block) => block.text.split('\n')),
    ...[...indented, ...codeSpans(text)].filter((line) => PROGRAMS.test(line)),
  ];
  return lines.map((line) => line.replace(/(^| +)#.*$/, '').trim()).filter((line) => line !== '' && !/^\w+=\S*$/.test(line));
}

/** How a line begins that is a command, wherever it stands; in a block `sh`, each line is one. */
const PROGRAMS =
  /^(?:[A-Z_]+=\S+ )?(?:sudo )?(?:apt-get|cp|crosschat-bridge|curl|docker|git|journalctl|kubectl|mkdir|mosquitto_\w+|node|npm|npx|openssl|pg_\w+|podman|printf|psql|python3?|register_new_matrix_user|sqlite3|ssh|systemctl) (?!=)/;

/** The commands of the program that stand in the code of a page, each as its arguments. */
export function commandsIn(text: string): string[][] {
  const indented = [...text.replaceAll(FENCED, '').matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);
  const code = [...codeBlocks(text).flatMap((block) => block.text.split('\n')), ...codeSpans(text), ...indented];
  const started =
    /(?:^|[|&;] )(?:crosschat-bridge|npm start --|node dist\/src\/main\.js|docker compose run --rm bridge)(?= |$)(.*)/;
  return code.flatMap((line) => {
    const [, rest] = started.exec(line.trim()) ?? [];
    return rest === undefined ? [] : [argumentsIn(rest)];
  });
}

/** Up to a comment, a pipe or a column of explanations; what stands in brackets may be given, and so is, and `<…>` stands for one word. */
function argumentsIn(rest: string): string[] {
  const [own = ''] = rest.split(/ {2,}\S| +(?:#|\||>|&&|;)/);
  return [
    ...own
      .replaceAll(/[[\]]/g, '')
      .replaceAll(/<[^>]*>/g, 'ID')
      .matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
  ].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
