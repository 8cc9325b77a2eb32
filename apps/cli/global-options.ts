/** What every command takes. */
export interface GlobalOptions {
  readonly data: string;
  readonly json: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly purpose?: string;
  /** In the folder: whose act it is. */
  readonly as?: string;
  readonly debug: boolean;
}
