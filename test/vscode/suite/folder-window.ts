import './activation.ts';
import './task.ts';
import './cancel-and-resume.ts';
import './changes.ts';
import './selection.ts';
import './bad-input.ts';
import './native-chat.ts';
import './memory.ts';
