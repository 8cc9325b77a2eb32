/** What every command takes. */
export interface GlobalOptions {
  readonly data: string;
  readonly json: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly purpose?: string;
  readonly debug: boolean;
}
