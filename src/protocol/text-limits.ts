/** Characters of what a person writes or hands over. */
export const mostGoalCharacters = 200_000;
export const mostAnswerCharacters = 200_000;
export const mostImageLabel = 200;
