import type { ReadingProgram } from './reading.ts';

/**
 * Programs that only read, each with the options under which that stays so. An option that writes (`sort -o`), runs a program
 * (`rg --pre`, `sort --compress-program`), waits for ever (`tail -f`) or names further files (`wc --files0-from`) is left out.
 */
export const readingPrograms: ReadonlyMap<string, ReadingProgram> = new Map<string, ReadingProgram>([
  ...each('true false : whoami arch nproc tty logname', { operands: 'texts', most: 0 }),
  ...each('break continue exit return', { operands: 'texts', most: 1 }),
  ['echo', { flags: 'neE', operands: 'texts' }],
  ['pwd', { flags: 'LP', operands: 'texts', most: 0 }],
  ['id', { flags: 'gGnru', operands: 'texts', most: 1 }],
  ['uname', { flags: 'asnrvmpio', long: 'all', operands: 'texts', most: 0 }],
  ['uptime', { flags: 'ps', operands: 'texts', most: 0 }],
  ['sleep', { operands: 'texts', most: 1 }],
  ['seq', { flags: 'w', valued: 'fs', numbers: true, operands: 'texts', most: 3 }],
  ['expr', { operands: 'texts' }],
  ['numfmt', { valued: 'd', long: 'to= from= suffix= padding= format= field= header grouping', operands: 'texts' }],
  ['basename', { flags: 'az', valued: 's', long: 'multiple suffix= zero', operands: 'texts' }],
  ['dirname', { flags: 'z', long: 'zero', operands: 'texts' }],
  ['which', { flags: 'a', operands: 'texts' }],
  ['type', { flags: 'aptPf', operands: 'texts' }],
  [
    'ls',
    {
      flags: '1aAbBcCdfFgGhHiklmnNopqrRsStuUvxXZ',
      valued: 'ITw',
      long: 'all almost-all classify color== full-time group-directories-first human-readable inode recursive reverse size sort= time= time-style= directory ignore= width= si',
      operands: 'names',
      readsHere: true,
    },
  ],
  [
    'stat',
    { flags: 'LftxlnrsFq', valued: 'c', long: 'format= printf= terse file-system dereference', operands: 'names' },
  ],
  [
    'du',
    {
      flags: 'abchkmsSxD0',
      valued: 'dB',
      long: 'all apparent-size bytes human-readable max-depth= summarize total time== exclude= threshold= one-file-system',
      operands: 'names',
      readsHere: true,
    },
  ],
  [
    'df',
    { flags: 'ahHikmPT', valued: 'Bt', long: 'human-readable inodes portability print-type total', operands: 'names' },
  ],
  [
    'tree',
    {
      flags: 'adfghipsuDFQNACJXvtrcSUx',
      valued: 'LPI',
      long: 'dirsfirst noreport filelimit= gitignore du si prune ignore-case charset= sort=',
      operands: 'names',
      readsHere: true,
    },
  ],
  ['readlink', { flags: 'femnqsvz', operands: 'names' }],
  ['realpath', { flags: 'emLPqsz', operands: 'names' }],
  [
    'cat',
    {
      flags: 'AbeEnstTuv',
      long: 'number number-nonblank show-all show-ends show-tabs squeeze-blank',
      operands: 'contents',
    },
  ],
  ['tac', { flags: 'br', valued: 's', operands: 'contents' }],
  ['nl', { flags: 'p', valued: 'bdfhilnsvw', operands: 'contents' }],
  ['head', { flags: 'qv', valued: 'cn', numbers: true, long: 'bytes= lines= quiet verbose', operands: 'contents' }],
  ['tail', { flags: 'qv', valued: 'cn', numbers: true, long: 'bytes= lines= quiet verbose', operands: 'contents' }],
  ['wc', { flags: 'clLmw', long: 'bytes chars lines words max-line-length', operands: 'contents' }],
  ['rev', { operands: 'contents' }],
  [
    'cut',
    {
      flags: 'nsz',
      valued: 'bcdf',
      long: 'bytes= characters= delimiter= fields= complement only-delimited output-delimiter=',
      operands: 'contents',
    },
  ],
  ['tr', { flags: 'cCdst', long: 'complement delete squeeze-repeats truncate-set1', operands: 'texts', most: 2 }],
  [
    'sort',
    {
      flags: 'bdfghiMnRrsuVzcC',
      valued: 'kt',
      long: 'numeric-sort reverse unique key= field-separator= human-numeric-sort version-sort ignore-case stable check',
      operands: 'contents',
    },
  ],
  // Its second operand is written to.
  [
    'uniq',
    {
      flags: 'cdDiuz',
      valued: 'fsw',
      long: 'count repeated unique ignore-case skip-fields= skip-chars=',
      operands: 'contents',
      most: 1,
    },
  ],
  ['comm', { flags: '123z', long: 'check-order nocheck-order output-delimiter= total', operands: 'contents', most: 2 }],
  ['paste', { flags: 'sz', valued: 'd', operands: 'contents' }],
  ['fold', { flags: 'bs', valued: 'w', operands: 'contents' }],
  ['fmt', { flags: 'cstu', valued: 'w', operands: 'contents' }],
  ['column', { flags: 'txne', valued: 'csNo', operands: 'contents' }],
  ['expand', { flags: 'i', valued: 't', operands: 'contents' }],
  [
    'diff',
    {
      flags: 'abBcdeEinNpqstTuwyZ',
      valued: 'CUFIW',
      long: 'brief unified== context== ignore-all-space ignore-space-change ignore-blank-lines ignore-case side-by-side suppress-common-lines color== stat strip-trailing-cr label= width= minimal text',
      operands: 'contents',
      most: 2,
      // In folders it compares what links there lead to.
      following: 'always',
    },
  ],
  ['cmp', { flags: 'bls', valued: 'in', operands: 'contents', most: 2 }],
  ['file', { flags: 'bEhiknNr0v', long: 'brief mime mime-type mime-encoding', operands: 'contents' }],
  ...each('md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum', {
    flags: 'btz',
    long: 'tag binary text',
    operands: 'contents',
  }),
  ['shasum', { flags: 'bt', valued: 'a', operands: 'contents' }],
  ...each('cksum sum', { operands: 'contents' }),
  ['od', { flags: 'abcdfilosxvw', valued: 'AjNSt', operands: 'contents' }],
  ['hexdump', { flags: 'bcCdovx', valued: 'ns', operands: 'contents' }],
  // With a second operand it writes.
  ['xxd', { flags: 'bEipu', valued: 'clsg', operands: 'contents', most: 1 }],
  ['strings', { flags: 'af', valued: 'nte', operands: 'contents' }],
  ...each('base64 base32', {
    flags: 'di',
    valued: 'w',
    long: 'decode ignore-garbage wrap=',
    operands: 'contents',
    most: 1,
  }),
  ['grep', grep()],
  ['egrep', grep()],
  ['fgrep', grep()],
  [
    'rg',
    {
      flags: 'acFhHiIlnNoPpqsSuUvwx0.',
      valued: 'ABCegEjmMrtTd',
      long: 'after-context= before-context= context= color= colors= column count count-matches crlf files files-with-matches files-without-match fixed-strings glob= glob-case-insensitive heading no-heading hidden iglob= ignore-case invert-match json line-number no-line-number line-regexp max-columns= max-count= max-depth= max-filesize= multiline multiline-dotall no-config no-filename with-filename no-ignore no-ignore-vcs no-messages null only-matching passthru pcre2 pretty quiet regexp= replace= smart-case sort= sortr= stats text trim type= type-not= type-list unrestricted vimgrep word-regexp case-sensitive',
      operands: 'text-then-contents',
      textIn: ['-e', '--regexp', '--files', '--type-list'],
      readsHere: true,
    },
  ],
]);

function grep(): ReadingProgram {
  return {
    flags: 'abcEFGhHiIlLnoPqrRsTUvwxyzZ',
    valued: 'ABCem',
    numbers: true,
    long: 'after-context= before-context= context= basic-regexp binary byte-offset color== colour== count exclude= exclude-dir= extended-regexp files-with-matches files-without-match fixed-strings ignore-case include= initial-tab invert-match line-number line-regexp max-count= no-filename with-filename no-messages null null-data only-matching perl-regexp quiet silent recursive dereference-recursive regexp= text word-regexp',
    operands: 'text-then-contents',
    textIn: ['-e', '--regexp'],
    readsHere: true,
    following: ['-R', '--dereference-recursive'],
  };
}

function each(names: string, program: ReadingProgram): [string, ReadingProgram][] {
  return names.split(' ').map((name) => [name, program]);
}
