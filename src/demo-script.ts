/** Who plays on the simulated game servers, and what they say. */

/** One simulated game server's part. */
export interface Part {
  readonly serverId: string;
  readonly gamemode: string;
  /** The first is on when the server starts. */
  readonly maps: readonly string[];
  /** Where one would join it; nobody answers there. */
  readonly link: string;
  readonly players: readonly string[];
  /** What is talked about: two players say its lines in turn. */
  readonly talks: readonly (readonly string[])[];
}

export const PARTS: readonly Part[] = [
  {
    serverId: 'alpha',
    gamemode: 'sandbox',
    maps: ['gm_construct', 'gm_flatgrass', 'gm_bigcity'],
    link: 'steam://connect/127.0.0.1:27015',
    players: ['Python1320', 'Hazel', 'mr. crab', 'Oskari', 'NotABot42', 'Żaba', '♥ Lune ♥'],
    talks: [
      ['who put a bathtub on the roof', 'it is a boat', 'it has no wheels', 'boats have no wheels'],
      ['brb food', 'what food', 'the crunchy kind'],
      ['my contraption finally flies', 'it is on fire', 'yes but UP'],
      ['can somebody unfreeze me', 'no', 'ok'],
      ['is it laggy or is it me', 'it is you', 'it is always me'],
      ['somebody spawned 400 melons', 'define somebody', 'you, Hazel'],
      ['i built a computer out of wire gates', 'does it run doom', 'it runs hot'],
      ['the train is late again', 'there is no train', 'that explains a lot'],
      ['ok who welded me to the ceiling', 'art'],
      ['anyone on the other server awake?', 'they never are'],
    ],
  },
  {
    serverId: 'beta',
    gamemode: 'terrortown',
    maps: ['ttt_rooftops', 'ttt_minecraft_b5', 'ttt_clue_se'],
    link: 'steam://connect/127.0.0.1:27016',
    players: ['Detective Dave', 'sneaky_pete', 'Ana', 'xX_potato_Xx', '小林', 'Grandma', 'Bob (the real one)'],
    talks: [
      ['i am innocent', 'that is what a traitor would say', 'that is what YOU would say'],
      ['who shot the piano', 'it was self defence'],
      ['dave is dead', 'which dave', 'the one who was alive'],
      ['why is everybody looking at me', 'you are wearing the hat'],
      ['3 traitors, 1 of me', 'good luck', 'not helping'],
      ['did anyone check the basement', 'three people did', 'and?', 'we are two people now'],
      ['gg', 'the round is not over', 'it is for me'],
      ['free hugs at the tester', 'last hug exploded'],
      ['grandma has 14 kills', 'bless her'],
      ['map change when', 'when you learn this one'],
    ],
  },
];

/** Answers to somebody from elsewhere, by what they said; the first that fits. `NAME` is the one who is answered. */
export const ANSWERS: readonly { readonly to: RegExp; readonly lines: readonly string[] }[] = [
  { to: /\b(hi|hey|hello|hallo|yo|moi|hej|sup)\b/i, lines: ['hey NAME!', 'hi NAME, where are you writing from?', 'o/ NAME'] },
  { to: /\b(bye|cya|gtg|good ?night|gn)\b/i, lines: ['bye NAME', 'see you NAME', 'NAME leaves, the average skill rises'] },
  { to: /\?/, lines: ['good question NAME', 'NAME: yes. wait, no', 'ask me again when i am not falling, NAME'] },
  { to: /\b(lol|lmao|haha|xd)\b|:D/i, lines: ['glad somebody laughs, NAME', 'xD'] },
  { to: /(?:)/, lines: ['NAME gets it', 'what NAME said', 'tell me more NAME', 'NAME, come join us, we have melons'] },
];

/** Answers to a whisper. */
export const WHISPERS: readonly string[] = [
  'psst, NAME, not so loud',
  'your secret is safe with me, NAME',
  'ok NAME, but tell nobody',
];
