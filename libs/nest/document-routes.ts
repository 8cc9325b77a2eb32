import { apiPage } from './api-page.ts';
import type { Route } from './route.ts';

/** The API's description: for programs, and as a page that needs no script. */
export const documentRoutes = (openApi: () => object): Route[] => [
  {
    method: 'get',
    path: 'v1/openapi.json',
    operation: 'openApi',
    summary: 'This document.',
    access: 'any role',
    answer: { description: 'OpenAPI 3.1.', schema: { type: 'object' } },
    handle: async () => openApi(),
  },
  {
    method: 'get',
    path: 'docs',
    operation: 'docs',
    summary: 'The API as a page to read.',
    access: 'any role',
    answer: { description: 'HTML.', schema: { type: 'string' }, type: 'text/html' },
    handle: async ({ reply }) => {
      void reply.type('text/html; charset=utf-8');
      return apiPage(openApi());
    },
  },
];
