/** Changes whenever the same scenario and seed give other numbers: the changelog's "results change: yes". */
export const MODEL_VERSION = '1';
