// Nama dan penjelasan tiap setelan dalam bahasa Indonesia; yang Inggris datang dari skema vcam.

/** Potongan kalimat “must be”, yang panjang lebih dulu. */
export const PHRASES = [
  ["a list, each item ", "daftar, tiap butir "],
  ["a whole number", "bilangan bulat"],
  ["a number", "angka"],
  [", a multiple of ", ", kelipatan "],
  ["true or false", "true atau false"],
  ["one of ", "salah satu dari "],
  [" of at least ", " sekurangnya "],
  [" of at most ", " paling besar "],
  [" from ", " dari "],
  [" to ", " sampai "],
  [" or null", " atau kosong"],
  [" or ", " atau "],
  ["text", "teks"],
];

const HOLD = ["Lama tahan (ms)", "Berapa lama pose harus ditahan"];
const ENTER = ["Skor mulai", "Skor halus yang mulai dihitung sebagai tahanan"];
const LEAVE = ["Skor usai", "Di bawah skor halus ini gestur usai; tidak pernah di atas skor mulai"];
const MARGIN = ["Selisih", "Keunggulan paling kecil atas pose terbaik kedua"];
const COOLDOWN = ["Istirahat (ms)", "Istirahat setelah gestur usai"];
const RELEASE = ["Lepas (ms)", "Berapa lama pose harus hilang sebelum gestur bisa mulai lagi"];
const ALLOWED = ["Boleh mulai", "Mati: gestur ini tidak pernah mulai"];
const MIRROR_OUT = ["Cermin", "Balik gambar yang keluar di sini, kiri ke kanan"];
const RING = ["Cincin kemajuan", "Di mana cincin kemajuan tahanan digambar"];

function thresholds(prefix) {
  return {
    [`${prefix}.enabled`]: ALLOWED,
    [`${prefix}.dwell_ms`]: HOLD,
    [`${prefix}.enter`]: ENTER,
    [`${prefix}.leave`]: LEAVE,
    [`${prefix}.margin`]: MARGIN,
    [`${prefix}.cooldown_ms`]: COOLDOWN,
    [`${prefix}.release_ms`]: RELEASE,
  };
}

export const SETTINGS = {
  "camera.device": ["Perangkat", "Kamera yang dibaca: auto (yang pertama berfungsi), nomor, sebagian namanya, atau jalur seperti /dev/video0"],
  "camera.width": ["Lebar", "Lebar yang diminta dari kamera, piksel"],
  "camera.height": ["Tinggi", "Tinggi yang diminta dari kamera, piksel"],
  "camera.fps": ["Bingkai per detik", "Bingkai per detik yang diminta dari kamera"],
  "camera.format": ["Format", "Format piksel yang diminta; mjpg mencapai laju penuh lewat USB"],
  "camera.mirror": ["Cermin", "Balik gambar yang masuk, kiri ke kanan"],
  "camera.when": ["Kapan terbuka", "on_demand menutup kamera, dan lampunya padam, selama tidak ada program yang membaca kamera virtual dan tidak ada yang melihat halaman ini; always membiarkannya terbuka"],
  "camera.release_after_ms": ["Tutup setelah (ms)", "Hanya on_demand: berapa lama setelah pembaca terakhir pergi kamera ditutup"],
  "vision.max_hands": ["Jumlah tangan", "Berapa tangan yang diikuti sekaligus"],
  "vision.hand_model": ["Model tangan", "Jaringan titik tangan: full lebih tenang, lite butuh separuh waktu"],
  "vision.hand_rate_hz": ["Laju tangan (Hz)", "Seberapa sering tangan diikuti selagi terlihat"],
  "vision.search_rate_hz": ["Laju pencarian (Hz)", "Seberapa sering tangan baru dicari"],
  "vision.zoom_rate_hz": ["Laju perbesaran (Hz)", "Seberapa sering, paling banyak, bagian gambar diperbesar untuk mencari tangan jauh, selagi ada wajah tanpa tangan; 0 untuk tidak pernah"],
  "vision.face_rate_hz": ["Laju wajah (Hz)", "Seberapa sering wajah diikuti"],
  "vision.min_palm_score": ["Skor telapak", "Telapak di bawah skor ini diabaikan"],
  "vision.min_presence": ["Kehadiran", "Tangan tidak diikuti lagi di bawah kehadiran ini"],
  "vision.max_faces": ["Jumlah wajah", "Berapa wajah yang diikuti; 0 untuk tidak ada"],
  ...thresholds("triggers.defaults"),
  "triggers.defaults.enabled": ["Boleh mulai", "Mati: tidak ada gestur yang mulai"],
  "triggers.defaults.enter": ["Skor mulai", "Skor halus yang mulai dihitung sebagai tahanan; kosong memakai nilai tiap pose dari kartu model"],
  ...thresholds("triggers.gestures.*"),
  "triggers.guards.min_hand_height": ["Ukuran tangan", "Ukuran tangan paling kecil (sisi panjang), bagian dari tinggi gambar"],
  "triggers.guards.max_face_overlap": ["Di atas wajah", "Bagian terbesar kotak tangan yang boleh menutupi wajah"],
  "triggers.guards.max_speed": ["Kecepatan", "Gerak tangan tercepat, lebar tangan per 100 ms"],
  "triggers.guards.warm_up_ms": ["Pemanasan (ms)", "Tidak ada yang dihitung secepat ini setelah kamera terbuka atau lanjut"],
  "triggers.smoothing_ms": ["Penghalusan (ms)", "Jendela median atas skor pose"],
  "triggers.lost_after_ms": ["Hilang setelah (ms)", "Tangan yang tidak terlihat selama ini dianggap pergi"],
  "reactions.enabled": ["Menyala", "Mati: pose dikenali tetapi tidak ada yang digambar"],
  "reactions.packs": ["Paket", "Paket stiker yang menyala, dengan nama; yang belakangan di atas"],
  "reactions.pack_folders": ["Folder paket", "Folder lain tempat mencari paket, selain yang disertakan"],
  "effects.progress_ring": RING,
  "outputs.width": ["Lebar", "Lebar gambar, piksel"],
  "outputs.height": ["Tinggi", "Tinggi gambar, piksel"],
  "outputs.fps": ["Bingkai per detik", "Bingkai per detik yang keluar"],
  "outputs.fit": ["Penyesuaian", "Bagaimana gambar kamera berbentuk lain dipaskan"],
  "outputs.virtual_camera.enabled": ["Menyala", "Terbitkan kamera virtual"],
  "outputs.virtual_camera.backend": ["Penggerak", "Penggerak yang dipakai; auto memakai milik sistem"],
  "outputs.virtual_camera.device": ["Perangkat", "Jalur atau nama perangkat; auto memakai yang pertama bebas dan bukan milik OBS"],
  "outputs.virtual_camera.create": ["Buat sendiri", "Buat perangkat v4l2loopback bila belum ada dan modul mengizinkan"],
  "outputs.virtual_camera.label": ["Nama", "Nama perangkat yang dibuat vcam"],
  "outputs.virtual_camera.mirror": MIRROR_OUT,
  "outputs.pipewire.enabled": ["Menyala", "Terbitkan kamera PipeWire di tempat PipeWire berjalan"],
  "outputs.pipewire.name": ["Nama", "Nama dalam daftar program"],
  "outputs.pipewire.icon": ["Ikon", "Nama ikonnya dalam tema ikon desktop"],
  "outputs.pipewire.mirror": MIRROR_OUT,
  "outputs.preview.mirror": ["Cermin", "Balik yang tampak di halaman ini, kiri ke kanan"],
  "outputs.pause.picture": ["Gambar", "Kartu dengan teks, gambar terakhir yang dikaburkan, atau gambar Anda sendiri"],
  "outputs.pause.text": ["Teks", "Teks pada kartu"],
  "outputs.pause.image": ["Berkas gambar", "Berkas gambar untuk `picture: image`"],
  "outputs.snapshot.folder": ["Folder", "Tempat menyimpan; kosong memakai vcam di folder Gambar pengguna"],
  "outputs.snapshot.format": ["Format", "Format berkas"],
  "outputs.record_to": ["Rekam ke", "Rekam juga ke berkas ini (.mp4 atau .avi); tidak ada yang ditimpa"],
  "control.language": ["Bahasa", "Bahasa halaman dan baki; auto menanyai peramban atau sistem"],
  "control.page.enabled": ["Menyala", "Sajikan halaman dan API"],
  "control.page.host": ["Alamat", "Alamat penyajian; hanya komputer ini yang bisa mencapainya"],
  "control.page.port": ["Porta", "Porta penyajian; 0 memakai yang bebas; yang terpakai diganti yang bebas berikutnya"],
  "control.tray.enabled": ["Menyala", "Tampilkan ikon di baki bila desktop memilikinya"],
  "profiles.*.apps": ["Program", "Program yang membawa profil ini saat membuka kamera, dengan nama atau sebagiannya, seperti zoom"],
  "profiles.*.reactions": ["Tanggapan", "Mati: tidak ada yang digambar"],
  "profiles.*.packs": ["Paket", "Paket stiker yang menyala"],
  ...thresholds("profiles.*.gestures.*"),
  "profiles.*.progress_ring": RING,
  log_level: ["Tingkat log", "Tingkat pesan paling rendah yang ditampilkan"],
};
