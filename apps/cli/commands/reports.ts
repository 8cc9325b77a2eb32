import { features } from '#libs/features/features.ts';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { parseBundle } from '#libs/runtime/evidence-bundle.ts';
import type { EvidenceBundle } from '#libs/runtime/evidence-bundle.ts';
import { evidenceReport, reportWordsOf } from '#libs/runtime/evidence-report.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';

export const BUNDLE_FILE = 'bundle.json';
export const reportFile = (language: Language): string => `report.${language}.html`;

/** A bundle with its reports as this program makes them. Throws an Error where it is none. */
export const reportsOf = async (
  text: string,
): Promise<{
  readonly bundle: EvidenceBundle;
  readonly reports: { readonly [language in Language]: string };
  /** Reports of another edition are in other words. */
  readonly isOfThisEdition: boolean;
}> => {
  const bundle = parseBundle(text);
  const words = reportWordsOf(registryOf(features, [reservationEvents]));
  const reports = Object.fromEntries(LANGUAGES.map((language) => [language, evidenceReport(bundle, words, language)]));
  return {
    bundle,
    reports: reports as { readonly [language in Language]: string },
    isOfThisEdition: bundle.edition === words.edition,
  };
};
