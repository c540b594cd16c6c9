//! Names of tokens as people give them: a few words of a small vocabulary.

use std::collections::HashSet;

use latchkey_shared::fields::name_key;

/// A word in one of twenty names, and in no other word.
pub(crate) const COMMON: &str = "gateway";
/// A text in the names of three tokens: an old one, one in the middle, and a new one.
pub(crate) const RARE: &str = "quokkanaut";
/// A text that no name has and none is like, though pieces of it are in many.
pub(crate) const ABSENT: &str = "ungrateful walnut swing";
/// A word like every other.
pub(crate) const WORD: &str = "billing";
/// Two words as somebody mistypes them. Some names have both.
pub(crate) const MISTYPED: &str = "biling exprot";
/// A Chinese word of two characters.
pub(crate) const CHINESE: &str = "计费";

const WORDS: &str = "account adapter agent alarm alert analytics archive asset audit backup balance batch \
    billing booking bot bridge broker browser budget cache calendar camera campaign capacity cargo catalog \
    charge chat checker claims client cloud cluster collector console consumer contract controller copy \
    courier crawler credit customer daily dashboard data delivery deploy depot desk device digest dispatch \
    display document door driver elevator email energy engine entry error event exchange export factory feed \
    field file finance fleet forecast forklift freight frontend garage grid harbour heating history hourly \
    import index indexer ingest inspection inventory invoice job journal kiosk label lab ledger legacy light \
    line loader locker logger lounge mail maintenance manifest map market meter migration mirror mobile \
    monitor monthly night notice office order outlet packing parking partner payment payroll picker pipeline \
    planner plant platform poller portal pricing printer probe production purchase quality quota reader \
    receipt refund relay report reserve retail return roaming robot route runner sales scanner scheduler \
    sensor service shipping shuttle site sorter staging station stock store stream supplier support sync \
    terminal test ticket tower tracker trade training transfer transit vendor vision warehouse watcher weekly";

const CHINESE_WORDS: &str = "计费 导出 机器人 仓库 订单 支付 报表 监控 同步 网关 设备 客户 库存 物流 发票 结算 \
    测试 生产 备份 调度 数据 平台 服务 北京 上海 深圳 传感器 打印机 采购 质检 门禁 停车场 能源 充电 巡检 合同 审计 通知 日志 工单";

/// Numbers that are the same in every run (`SplitMix64`).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// True in so many of 1,000 cases.
    pub(crate) fn per_mille(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    pub(crate) fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.below(words.len() as u64);
        words[usize::try_from(index).unwrap_or_default()]
    }
}

/// Makes names, each once.
pub(crate) struct Names {
    numbers: Numbers,
    words: Vec<&'static str>,
    chinese: Vec<&'static str>,
    taken: HashSet<String>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self {
            numbers: Numbers(7),
            words: WORDS.split_whitespace().collect(),
            chinese: CHINESE_WORDS.split_whitespace().collect(),
            taken: HashSet::new(),
        }
    }

    /// Two words, for what needs no name of its own.
    pub(crate) fn pair(&mut self) -> String {
        format!("{} {}", title(self.numbers.one_of(&self.words)), self.numbers.one_of(&self.words))
    }

    /// A new name and its folded form.
    pub(crate) fn next(&mut self, is_rare: bool) -> (String, String) {
        let numbers = &mut self.numbers;
        let count = 2 + numbers.below(3);
        let is_chinese = numbers.per_mille(100);
        let (words, between) = if is_chinese { (&self.chinese, "") } else { (&self.words, " ") };
        let mut parts: Vec<String> = (0..count).map(|_| title(numbers.one_of(words))).collect();
        if is_rare {
            parts[0] = title(RARE);
        } else if !is_chinese && numbers.per_mille(55) {
            parts[0] = title(COMMON);
        }
        let mut name = parts.join(between);
        let mut key = name_key(&name);
        // A name that is taken gets a number, as people do it.
        while !self.taken.insert(key.clone()) {
            name = format!("{} {}", parts.join(between), 2 + numbers.below(9_998));
            key = name_key(&name);
        }
        (name, key)
    }
}

fn title(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
