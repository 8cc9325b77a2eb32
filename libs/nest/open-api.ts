import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ANSWER_SCHEMAS } from './answer-schemas.ts';
import { pascalCase } from './api-surface.ts';
import type { ApiSurface } from './api-surface.ts';
import { schemaOfClass } from './command-schema.ts';
import type { JsonSchema } from './command-schema.ts';

const DESCRIPTION = `Commands in, answers out. Every answer of a command has a position: give it as minPosition to read what you wrote.
Errors are problem details (RFC 9457) with a stable code, a sentence, and what is allowed instead.`;

/** The same names in the same order, whatever the order of registration: a document that can be compared byte by byte. */
const sortedValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]: [string, unknown]) => [name, sortedValue(member)]),
  );
};

/** The OpenAPI 3.1 document of an application that has the ApiModule. */
export const openApiOf = (app: INestApplication, surface: ApiSurface): object => {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('CareLedger')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'token')
    .build();
  const document: OpenAPIObject = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
  });
  const commands: [string, JsonSchema][] = [...surface.commands.values()].map(({ name, type }) => [
    pascalCase(name),
    schemaOfClass(type),
  ]);
  return sortedValue({
    ...document,
    components: {
      ...document.components,
      schemas: { ...ANSWER_SCHEMAS, ...Object.fromEntries<JsonSchema>(commands) },
    },
  }) as object;
};
