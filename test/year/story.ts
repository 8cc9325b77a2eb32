import type { LadderDocument } from '#libs/features/policy/policy.events.ts';

// What happens in the simulated year, as the driver does it and the oracle reads it. Moments are epoch ms.

export interface Person {
  readonly id: string;
  readonly deputies: readonly string[];
  readonly address: boolean;
  /** Has a webhook target of their own name. */
  readonly hook: boolean;
  readonly hours?: {
    readonly zone: string;
    readonly hoursAhead: number;
    readonly windows: readonly { readonly weekdays: readonly number[]; readonly from: string; readonly to: string }[];
  };
}

export interface Team {
  readonly id: string;
  readonly members: readonly string[];
  readonly supervisorId?: string;
  readonly deputies: readonly string[];
  readonly departmentHeadId?: string;
  /** Every week, on Shanghai's walls. */
  readonly shifts: readonly {
    readonly userId: string;
    readonly weekdays: readonly number[];
    readonly from: string;
    readonly to: string;
  }[];
  /** In place of the weekly ones, while there are any. */
  readonly duties: readonly { readonly userId: string; readonly from: number; readonly until: number }[];
}

export type Tier = 'A' | 'B' | 'C';
export interface Customer {
  readonly key: string;
  readonly team: string;
  /** At the beginning of the year; absent: nothing is known of them. */
  readonly tier?: Tier;
  readonly accountManager?: string;
}

export type Severity = 'minor' | 'moderate' | 'serious' | 'critical';
export type Track = { readonly clock: string; readonly cycle: number } | 'emergency';

interface OfMatter {
  readonly at: number;
  readonly matter: string;
  /** Who does it. */
  readonly by: string;
}
type Done<What extends string, More = object> = OfMatter & { readonly does: What } & More;
export type MatterStep =
  | Done<
      'receive',
      {
        readonly customer?: string;
        readonly team?: string;
        readonly urgent: boolean;
        readonly complex: boolean;
        /** When it was asked for: before it is entered, or then. */
        readonly receivedAt: number;
      }
    >
  | Done<'file', { readonly customer?: string; readonly team?: string; readonly severity: Severity }>
  | Done<'assign', { readonly who: string }>
  | Done<'reassign', { readonly who: string }>
  | Done<'prioritise', { readonly urgent: boolean }>
  | Done<'raise-severity', { readonly severity: Severity }>
  | Done<
      'acknowledge',
      { readonly of: Track; readonly round: number; readonly level: number; readonly inInbox: boolean }
    >
  | Done<'raise-emergency', { readonly drill: boolean }>
  | Done<
      | 'identify'
      | 'start'
      | 'wait'
      | 'wait-for-others'
      | 'resume'
      | 'customer-writes'
      | 'answer'
      | 'note'
      | 'solve'
      | 'reopen'
      | 'accept'
      | 'investigate'
      | 'find'
      | 'plan'
      | 'handle'
      | 'need-nothing'
      | 'answer-finally'
      | 'pass-review'
      | 'close'
      | 'withdraw'
      | 'stand-down'
    >;
export type OfficeStep = { readonly at: number } & (
  | { readonly does: 'found' }
  | { readonly does: 'publish-ladders'; readonly document: LadderDocument }
  | { readonly does: 'leave'; readonly who: string; readonly from: number; readonly until: number }
  | { readonly does: 'promote'; readonly customer: string }
  | { readonly does: 'resume-hook'; readonly who: string }
);
export type Step = MatterStep | OfficeStep;
export const isOfMatter = (step: Step): step is MatterStep => 'matter' in step;

export interface Story {
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
  readonly customers: readonly Customer[];
  /** In order of time, no two at one moment. */
  readonly steps: readonly Step[];
  /** When processes are away in one of the lives; nobody acknowledges then, nothing changes hands or class. */
  readonly outage: readonly [from: number, until: number];
  /** A receiver that answers 503 for an hour, and one that is gone until its owner resumes it. */
  readonly busy: Trouble;
  readonly gone: Trouble;
}
export interface Trouble {
  readonly who: string;
  readonly from: number;
  readonly until: number;
}
export const isTroubled = ({ who, from, until }: Trouble, whose: string, at: number): boolean =>
  whose === who && from <= at && at < until;
