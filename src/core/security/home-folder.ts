import { isBelow } from './canonical-path.ts';

/**
 * Where tool chains keep programs, packages and settings in a home folder on Linux: confined commands read these places and
 * no other of it. Keys that lie in them are denied beside this (`secretPlaces`). Absolute paths.
 */
export function toolPlaces(home: string): readonly string[] {
  const lists = [git, programs, ...Object.values(chains)];
  const below = (folder: string, names: string): readonly string[] =>
    names.split(' ').map((name) => `${folder}/${name}`);
  return [
    ...lists.flatMap((names) => below(home, names)),
    ...below(`${home}/.cache`, caches),
    ...below(`${home}/.local/share`, shared),
  ];
}

/** Folders of a person that no tool needs, but for those that a workspace lies in; for systems where the rest may be read. */
export function personalFolders(home: string, roots: readonly string[]): readonly string[] {
  const folders = 'Documents Desktop Downloads Pictures Movies Videos Music Public OneDrive Dropbox'.split(' ');
  const slashed = roots.map((root) => root.replaceAll('\\', '/'));
  const apart = (folder: string): boolean =>
    !slashed.some((root) => root === folder || isBelow(root, folder) || isBelow(folder, root));
  return folders.map((name) => `${home.replaceAll('\\', '/')}/${name}`).filter(apart);
}

const git =
  '.gitconfig .config/git .gitignore .gitignore_global .gitattributes .gitmessage .git-templates .editorconfig';
const programs =
  'bin .local/bin .local/lib .local/pipx .asdf .asdfrc .tool-versions .config/mise .nix-profile .local/state/nix .nix-defexpr .linuxbrew .config/pre-commit';
const chains = {
  javaScript:
    '.npm .nvm .nvmrc .node-version .volta .fnm .n .node-gyp .node_modules node_modules .bun .deno .yarn .pnpm .pnpm-store .config/yarn .prettierrc .eslintrc.json',
  python:
    '.pyenv .python-version .virtualenvs .venvs .conda miniconda3 anaconda3 miniforge3 mambaforge micromamba .config/uv .config/ruff .config/black',
  rust: '.cargo .rustup',
  go: 'go/bin go/pkg sdk .goenv .config/go',
  java: '.m2 .gradle .sdkman .jenv .jbang .ivy2 .sbt .coursier .konan .mvn',
  ruby: '.rbenv .rvm .gem .bundle .rubocop.yml .ruby-version',
  others:
    '.dotnet .nuget .ghcup .cabal .stack .opam .juliaup .julia .elan .swiftly .swiftpm .mix .phpenv .composer/vendor .config/composer/vendor .pub-cache flutter Android/Sdk .zvm .zig .nimble .ccache .conan .conan2 .vcpkg .terraform.d/plugin-cache .platformio .wasmer .wasmtime .emscripten_cache',
} as const;
const caches =
  'pip pypoetry uv pre-commit mypy ruff black node node-gyp yarn pnpm typescript ms-playwright puppeteer Cypress electron electron-builder prisma turbo deno go-build golangci-lint sccache ccache bazel bazelisk coursier zig nix composer conan vcpkg huggingface torch Homebrew';
const shared =
  'pnpm uv mise fnm pipx virtualenv virtualenvs pypoetry rtx asdf nvm go cargo rustup deno bun gem coursier swiftly zig pkgconfig';
