type Tree = { readonly [name: string]: unknown };

const escape = (value: unknown): string =>
  String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});
const json = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
const list = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.map(tree) : []);

const schemaOf = (content: unknown): string => {
  const [media] = Object.values(tree(content));
  const { schema } = tree(media);
  const reference = tree(schema).$ref;
  if (typeof reference !== 'string') return schema === undefined ? '' : json(schema);
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
};

const parameterRow = ({ name, in: place, required, description, schema }: Tree): string =>
  `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}${required === true ? ', required' : ''}</td><td>${escape(
    description ?? '',
  )}</td><td><code>${escape(JSON.stringify(schema))}</code></td></tr>`;

const operation = (method: string, path: string, what: Tree): string => {
  const parameters = list(what.parameters);
  const body = schemaOf(tree(what.requestBody).content);
  const answers = Object.entries(tree(what.responses));
  const roles = what['x-roles'];
  return `<article id="${escape(what.operationId)}"><h3><code>${method.toUpperCase()} ${escape(path)}</code></h3>
<p>${escape(what.summary ?? '')} ${escape(what.description ?? '')}</p>
<p>Roles: ${escape(Array.isArray(roles) ? roles.join(', ') : roles)}</p>
${parameters.length === 0 ? '' : `<table>${parameters.map(parameterRow).join('')}</table>`}
${body === '' ? '' : `<p>Body: ${body}</p>`}
<p>Answers: ${answers
    .map(([status, answer]) => `${escape(status)} ${schemaOf(tree(answer).content)}`)
    .join('; ')}</p></article>`;
};

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}
h3{margin:2rem 0 .2rem}table{border-collapse:collapse}td{border:1px solid #ccc;padding:.2rem .5rem;vertical-align:top}
pre{background:#f6f6f6;padding:.6rem;overflow:auto}`;

/** A page of an OpenAPI document, complete in itself: no script, nothing loaded. */
export const apiPage = (document: object): string => {
  const { info, paths, components } = document as Tree;
  const operations = Object.entries(tree(paths)).flatMap(([path, methods]) =>
    Object.entries(tree(methods)).map(([method, what]) => operation(method, path, tree(what))),
  );
  const schemas = Object.entries(tree(tree(components).schemas)).map(
    ([name, schema]) => `<article id="schema-${escape(name)}"><h3>${escape(name)}</h3>${json(schema)}</article>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(tree(info).title)}</title>
<style>${STYLE}</style></head><body><h1>${escape(tree(info).title)}</h1><p>${escape(tree(info).description)}</p>
${operations.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</body></html>
`;
};
