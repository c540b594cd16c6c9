/** The words on the screens that the steps of the manual refer to. */

export interface Words {
  language: string;
  locale: string;
  tokens: string;
  kindOfToken: string;
  searchByName: string;
  search: string;
  clearSearch: string;
  noMatch: (kind: string, search: string) => string;
  apply: string;
  modifyToken: string;
  tokenName: string;
  nameTaken: string;
  authorisedApis: string;
  authorisedProjects: string;
  authorisedUsers: string;
  submit: string;
  save: string;
  issued: string;
  modified: string;
  returnList: string;
  downloadTokenTest: string;
  copySecretId: string;
  copied: string;
  copyByHand: string;
  close: string;
  download: string;
  copy: string;
  modify: string;
  remove: string;
  deleteQuestion: (name: string) => string;
  cannotBeUndone: string;
  lastUsed: string;
  callsIn24Hours: string;
  typeName: string;
  never: string;
  cancel: string;
  nothingForYou: Record<"rsa" | "jwt", RegExp>;
  cannotApply: string;
}

export const ENGLISH: Words = {
  language: "English",
  locale: "en-GB",
  tokens: "Tokens",
  kindOfToken: "Kind of token",
  searchByName: "Search by name",
  search: "Search",
  clearSearch: "Clear search",
  noMatch: (kind, search) => `No ${kind} token matches “${search}”`,
  apply: "Apply for a token",
  modifyToken: "Modify token",
  tokenName: "Token name",
  nameTaken: "Another token has this name.",
  authorisedApis: "Authorised APIs",
  authorisedProjects: "Authorised platform projects",
  authorisedUsers: "Authorised users",
  submit: "Submit",
  save: "Save",
  issued: "The token is issued",
  modified: "The token is modified",
  returnList: "Return List",
  downloadTokenTest: "Download token test",
  copySecretId: "Copy secret id",
  copied: "Copied to the clipboard.",
  copyByHand: "Copy manually",
  close: "Close",
  download: "Download",
  copy: "Copy",
  modify: "Modify",
  remove: "Delete",
  deleteQuestion: (name) => `Delete “${name}”?`,
  cannotBeUndone: "This cannot be undone.",
  lastUsed: "Last used",
  callsIn24Hours: "Calls in the last 24 hours",
  typeName: "Type the token name to confirm",
  never: "never",
  cancel: "Cancel",
  nothingForYou: {
    rsa: /manage the RSA tokens of their projects, and you administer no project/,
    jwt: /This page lists the JWT tokens that are granted to you/,
  },
  cannotApply: "You cannot apply for tokens",
};

export const CHINESE: Words = {
  language: "Chinese",
  locale: "zh-CN",
  tokens: "令牌",
  kindOfToken: "令牌类型",
  searchByName: "按名称搜索",
  search: "搜索",
  clearSearch: "清除搜索",
  noMatch: (kind, search) => `没有名称类似“${search}”的 ${kind} 令牌`,
  apply: "申请令牌",
  modifyToken: "修改令牌",
  tokenName: "令牌名称",
  nameTaken: "已有令牌使用此名称。",
  authorisedApis: "授权 API",
  authorisedProjects: "授权平台项目",
  authorisedUsers: "授权用户",
  submit: "提交",
  save: "保存",
  issued: "令牌已签发",
  modified: "令牌已修改",
  returnList: "返回列表",
  downloadTokenTest: "下载令牌测试文件",
  copySecretId: "复制 Secret ID",
  copied: "已复制到剪贴板。",
  copyByHand: "请手动复制",
  close: "关闭",
  download: "下载",
  copy: "复制",
  modify: "修改",
  remove: "删除",
  deleteQuestion: (name) => `删除“${name}”？`,
  cannotBeUndone: "此操作不可撤销。",
  lastUsed: "最近使用",
  callsIn24Hours: "最近 24 小时调用",
  typeName: "请输入令牌名称以确认",
  never: "从未",
  cancel: "取消",
  nothingForYou: {
    rsa: /RSA 令牌由其项目的项目管理员管理，而您不是任何项目的管理员/,
    jwt: /这里会显示授权给您的 JWT 令牌/,
  },
  cannotApply: "您不能申请令牌",
};
