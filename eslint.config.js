import tseslint from 'typescript-eslint';

const impure = ['Date', 'Math', 'setTimeout', 'setInterval', 'process', 'fetch'];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'test/bench/rivals'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['it', 'test', 'describe'] }] },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['libs/features/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.http.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"]',
          message: 'A clock read while replaying changes history: take the time as an argument.',
        },
        {
          selector: 'MemberExpression[object.name="Date"][property.name="now"]',
          message: 'Take the time as an argument.',
        },
        {
          selector: 'MemberExpression[object.name="Math"][property.name="random"]',
          message: 'Take chance as an argument.',
        },
      ],
      'no-restricted-globals': [
        'error',
        ...impure.slice(2).map((name) => ({ name, message: 'Pure files do no I/O and set no timers.' })),
      ],
    },
  },
  {
    files: ['**/*.http.ts', '**/*.commands.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['**/*.spec.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off' },
  },
);
