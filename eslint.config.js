import tseslint from 'typescript-eslint'

// What Node gives every module, as far as the scripts here use it.
const GLOBALS = Object.fromEntries(
  ['process', 'console', 'fetch', 'URL', 'Buffer', 'setTimeout', 'clearTimeout'].map((name) => [name, 'readonly']),
)

// Scripts have no types: what the compiler says of .ts files the linter says of them.
const SCRIPT_RULES = {
  'no-undef': 'error',
  'no-unreachable': 'error',
  'no-dupe-keys': 'error',
  'no-const-assign': 'error',
  'no-fallthrough': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
}

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'release', 'test/fixtures', 'bench/node_modules', 'test/sdks/node_modules'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'describe', 'suite', 'it', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
    },
  },
  {
    files: ['**/*.mjs'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { ecmaVersion: 'latest', sourceType: 'module', globals: GLOBALS },
    rules: SCRIPT_RULES,
  },
  { files: ['*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
)
