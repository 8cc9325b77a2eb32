import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Body, Controller, HttpCode, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BareWriter } from '../bare/bare-writer.ts';
import { contend } from '../contender.ts';
import { load } from '../http-load.ts';

interface Options {
  readonly file: string;
  readonly clients: number;
  readonly requests: number;
  readonly cases: number;
}

/** Nest on Fastify with one route that makes one durable, grouped insert: no tokens, no validation, no projector. */
contend<Options>(async ({ file, ...shape }) => {
  const writer = await BareWriter.open(file);
  let revision = 0;

  class Notes {
    async add(id: string, body: { readonly text: string }) {
      revision += 1;
      const data = JSON.stringify({ text: body.text, authorId: 'bench-agent' });
      const metadata = JSON.stringify({ recordedAt: new Date().toISOString() });
      await writer.insert([`service-case-${id}`, revision, randomUUID(), 'note-added', data, metadata]);
      return { id, revision };
    }
  }
  // Decorators by hand: Node strips types, but does not compile decorators.
  const method = Object.getOwnPropertyDescriptor(Notes.prototype, 'add')!;
  Post(':id/add-note')(Notes.prototype, 'add', method);
  HttpCode(200)(Notes.prototype, 'add', method);
  Param('id')(Notes.prototype, 'add', 0);
  Body()(Notes.prototype, 'add', 1);
  Controller('v1/service-cases')(Notes);
  class App {}
  Module({ controllers: [Notes] })(App);

  const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    round: () => load({ port, ...shape }),
    close: async () => {
      await app.close();
      await writer.close();
    },
  };
});
